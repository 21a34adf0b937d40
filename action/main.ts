/**
 * The Action: reads its inputs, signs in as the applier, runs one sweep, says what happened. Everything that decides is
 * in `sweep/` and below. With `mode: gate` it is the gate instead, `gate-mode.ts`.
 */
import * as core from '@actions/core';
import { logLine } from '../core/explain/escape.ts';
import { failureOf } from '../sweep/failure.ts';
import { readSweepInputs } from '../sweep/inputs.ts';
import type { SweepReport } from '../sweep/report.ts';
import { attentionOf, isCritical } from '../sweep/report.ts';
import { reportLines } from '../sweep/report-lines.ts';
import { worldOf } from '../sweep/run-world.ts';
import { summaryMarkdown } from '../sweep/summary.ts';
import { sweep } from '../sweep/sweep.ts';
import { runGate } from './gate-mode.ts';
import { inputsOfAction } from './inputs.ts';

async function main(): Promise<void> {
  for (const name of ['private-key', 'ledger-key', 'token']) maskLines(core.getInput(name));
  const mode = core.getInput('mode') || 'sweep';
  if (mode === 'gate') return runGate(pause);
  if (mode !== 'sweep') return core.setFailed(`\`mode\` is \`${mode}\`, expected \`sweep\` or \`gate\``);
  const { env } = process;
  const read = readSweepInputs(
    inputsOfAction((name) => core.getInput(name)),
    env,
  );
  if (!read.ok) return core.setFailed(`the sweep cannot start:\n- ${read.problems.join('\n- ')}`);
  const run = `${env['GITHUB_RUN_ID'] ?? '0'}/${env['GITHUB_RUN_ATTEMPT'] ?? '1'}`;
  const around = { environment: env, run, mask: core.setSecret, log: core.debug, pause };
  await publish(await sweep(await worldOf(read.inputs, around, 'everything')));
}

function maskLines(value: string): void {
  for (const line of value.split(/\r?\n/)) if (line.trim().length > 3) core.setSecret(line);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * A sweep is red while something critical needs a person: that is how GitHub tells them. Refused and quarantined
 * requests are warnings; they changed nothing.
 */
async function publish(report: SweepReport): Promise<void> {
  core.setOutput('granted', report.granted.filter(({ result }) => result === 'done').length);
  core.setOutput('revoked', report.revoked.filter(({ result }) => result === 'done').length);
  core.setOutput('quarantined', report.refused.filter(({ type }) => type === 'quarantined').length);
  const attention = attentionOf(report);
  core.setOutput('alerts', attention.length);
  core.setOutput('next-due', report.nextDue ?? '');
  for (const line of reportLines(report)) core.info(logLine(line));
  for (const { severity, message, next } of attention) {
    const annotate = severity === 'critical' ? core.error : core.warning;
    annotate(`${message}\n${next}`, { title: 'Gatepass' });
  }
  for (const { type, request, why } of report.refused) core.warning(`${request.path}: ${type}: ${why}`);
  await writeSummary(summaryMarkdown(report));
  const critical = attention.filter(isCritical);
  if (critical.length > 0)
    core.setFailed(`${critical.length} critical ${critical.length === 1 ? 'alert' : 'alerts'} open`);
}

/** Without a summary file, as outside GitHub, there is nothing to write. */
async function writeSummary(markdown: string): Promise<void> {
  if (process.env['GITHUB_STEP_SUMMARY'] === undefined) return;
  await core.summary.addRaw(markdown, true).write();
}

main().catch((error: unknown) => {
  core.debug(error instanceof Error ? (error.stack ?? '') : '');
  core.setFailed(`the ${core.getInput('mode') || 'sweep'} failed: ${failureOf(error)}`);
});

/**
 * The Action: reads its inputs, signs in as the applier, runs one sweep, says what happened. Everything that decides is
 * in `sweep/` and below. With `mode: gate` it is the gate instead, `gate-mode.ts`.
 */
import * as core from '@actions/core';
import { appClient } from '../github/app-client.ts';
import { gitCache } from '../github/tree.ts';
import type { Io } from '../providers/provider.ts';
import { actionRunner, openProvider } from '../providers/registry.ts';
import { attestation } from '../sweep/attest.ts';
import { failureOf } from '../sweep/failure.ts';
import type { SweepReport } from '../sweep/report.ts';
import { attentionOf, isCritical } from '../sweep/report.ts';
import { summaryMarkdown } from '../sweep/summary.ts';
import { sweep } from '../sweep/sweep.ts';
import type { SweepWorld } from '../sweep/world.ts';
import { runGate } from './gate-mode.ts';
import { type ActionInputs, readInputs } from './inputs.ts';
import { secretReader } from './secrets.ts';

async function main(): Promise<void> {
  for (const name of ['private-key', 'ledger-key', 'token']) maskLines(core.getInput(name));
  const mode = core.getInput('mode') || 'sweep';
  if (mode === 'gate') return runGate(pause);
  if (mode !== 'sweep') return core.setFailed(`\`mode\` is \`${mode}\`, expected \`sweep\` or \`gate\``);
  const read = readInputs((name) => core.getInput(name), process.env);
  if (!read.ok) return core.setFailed(`the sweep cannot start:\n- ${read.problems.join('\n- ')}`);
  const report = await sweep(await worldOf(read.inputs));
  await publish(report);
}

function maskLines(value: string): void {
  for (const line of value.split(/\r?\n/)) if (line.trim().length > 3) core.setSecret(line);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function worldOf(inputs: ActionInputs): Promise<SweepWorld> {
  const { repository, ledgerRepository, signer, apiUrl, run, witness, zone } = inputs;
  const client = await appClient(inputs, repository, pause);
  const isElsewhere = `${repository.owner}/${repository.name}` !== `${ledgerRepository.owner}/${ledgerRepository.name}`;
  const ledger = isElsewhere ? await appClient(inputs, ledgerRepository, pause) : client;
  const io: Io = {
    secret: secretReader(process.env, core.setSecret),
    fetch,
    githubApi: apiUrl,
    githubActor: client.actor,
    githubToken: async () => {
      const token = await client.token();
      core.setSecret(token);
      return token;
    },
    log: core.debug,
  };
  const cache = { git: gitCache(), ledger: new Map() };
  const ledgerHome = { github: ledger.github, repository: ledgerRepository };
  const attest = attestation(client.github, {
    access: repository,
    ledger: ledgerHome,
    gateApp: inputs.gateAppId,
    applierApp: Number(inputs.appId),
    cache: cache.git,
  });
  return {
    github: client.github,
    repository,
    ledger: ledgerHome,
    attest,
    openProvider: (type, config) => openProvider(type, config, io),
    runner: actionRunner(io),
    signer,
    witness,
    run,
    zone,
    cache,
    pause,
  };
}

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
  for (const line of linesOf(report)) core.info(line);
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

function linesOf(report: SweepReport): readonly string[] {
  const effects = [
    ...report.revoked.map((line) => ({ verb: 'revoke', ...line })),
    ...report.granted.map((line) => ({ verb: 'grant', ...line })),
  ];
  return [
    `sweep ${report.run} of zone ${report.zone} at ${report.now}: ${report.written.length} ledger entries`,
    ...effects.map(
      ({ verb, label, because, result, detail }) =>
        `${verb} ${label} (${because}): ${result}${detail === null ? '' : `, ${detail}`}`,
    ),
    ...report.actions.map(({ grant, state, url }) => `action ${grant}: ${state} ${url ?? ''}`.trimEnd()),
  ];
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

/**
 * `gatepass sweep`: what the Action runs, wherever Node runs. It is told by environment variables under the Action's own
 * names, so that a container, a cron job and a person's terminal need no other.
 */
import { randomUUID } from 'node:crypto';
import { plain } from '../../core/explain/escape.ts';
import { GitHubError } from '../../github/client.ts';
import { readSweepInputs, type SweepInputs } from '../../sweep/inputs.ts';
import { type Look, look } from '../../sweep/look.ts';
import { providerPool } from '../../sweep/provider-pool.ts';
import { attentionOf, isCritical, type SweepReport } from '../../sweep/report.ts';
import { planLines, reportLines } from '../../sweep/report-lines.ts';
import { type Scope, worldOf } from '../../sweep/run-world.ts';
import type { Stop } from '../../sweep/stop.ts';
import { sweep } from '../../sweep/sweep.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';

export const command: Command = {
  name: 'sweep',
  summary: 'one sweep, as the Action runs it (reads and writes GitHub and the targets)',
  usage: `gatepass sweep [--plan | --revokes-only] [--json]

  --plan          only look: read everything, say what a sweep would do, write nothing anywhere
  --revokes-only  only take back: nothing begins, no action is started, no target is raised
  --json          the report, or the plan

Told by the environment, under the names of the Action's inputs: GATEPASS_APP_ID, GATEPASS_PRIVATE_KEY (the applier),
GATEPASS_GATE_APP_ID, GATEPASS_LEDGER_KEY, GATEPASS_REPOSITORY, and if they are not the defaults GATEPASS_LEDGER_REPOSITORY,
GATEPASS_ZONE, GATEPASS_WITNESS, GITHUB_API_URL. Secrets that catalogs name are variables too. In keys, line breaks may be
written as \\n. Exit code 0: fine; 1: a critical alert is open (of a plan: something stops grants); 2: it could not work.`,
  run,
};

const OPTIONS = {
  plan: { type: 'boolean' },
  'revokes-only': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(`\`${positionals[0]}\` is one too many`, 'gatepass help sweep');
  const { plan: isPlan = false, 'revokes-only': isRevokesOnly = false, json: isJson = false } = values;
  if (isPlan && isRevokesOnly) throw new UsageError('either --plan or --revokes-only', 'gatepass help sweep');
  const inputs = inputsOf(terminal);
  const scope: Scope = isPlan ? 'nothing' : isRevokesOnly ? 'removals' : 'everything';
  try {
    const world = await open(inputs, scope, terminal);
    return isPlan
      ? showPlan(await lookAt(world), inputs, isJson, terminal)
      : report(await sweep(world), isJson, terminal);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    throw new UsageError(plain(error.message), 'look at the key, the repository and GitHub’s status', { cause: error });
  }
}

function inputsOf({ env }: Terminal): SweepInputs {
  const called = (name: string) => `GATEPASS_${name.toUpperCase().replaceAll('-', '_')}`;
  // What sets variables often keeps them in one line.
  const value = (name: string) => (env[called(name)] ?? '').replaceAll('\\n', '\n');
  const read = readSweepInputs({ value, called }, env);
  if (read.ok) return read.inputs;
  throw new UsageError(`the sweep cannot start:\n- ${read.problems.join('\n- ')}`, 'gatepass help sweep');
}

function open(inputs: SweepInputs, scope: Scope, terminal: Terminal): Promise<SweepWorld> {
  const { env } = terminal;
  const silent = () => undefined;
  const around = {
    environment: env,
    // Two of the same second must not be taken for one.
    run: `cli-${randomUUID().slice(0, 8)}/1`,
    // Nothing is printed that holds a secret: there is no log to keep it out of.
    mask: silent,
    log: silent,
    pause: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  };
  return worldOf(inputs, around, scope);
}

async function lookAt(world: SweepWorld): Promise<Look> {
  const pool = providerPool(world);
  try {
    return await look(world, pool);
  } finally {
    await pool.close();
  }
}

function showPlan(seen: Look, { zone }: SweepInputs, isJson: boolean, terminal: Terminal): number {
  const { now, tip, decided, changes, alerts, stops, unseen } = seen;
  if (isJson) {
    printJson(terminal, { now, zone, tip, decided, changes, alerts, stops, unseen: Object.fromEntries(unseen) });
  } else terminal.out(text(planLines(seen, zone), stops));
  return stops.length === 0 ? FINE : FINDING;
}

function report(done: SweepReport, isJson: boolean, terminal: Terminal): number {
  const attention = attentionOf(done);
  if (isJson) {
    const { grants, unseen, ...rest } = done;
    printJson(terminal, { ...rest, unseen: Object.fromEntries(unseen) });
  } else terminal.out(text(reportLines(done), attention));
  return attention.some(isCritical) ? FINDING : FINE;
}

function text(lines: readonly string[], stops: readonly Stop[]): string {
  const needs = stops.flatMap(({ severity, message, next }) => [`${severity}: ${message}`, `  ${next}`]);
  return `${[...lines, ...needs].map(plain).join('\n')}\n`;
}

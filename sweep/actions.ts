/**
 * Actions run once. Before a start their intent is in the ledger, and the run that would carry its name is looked for;
 * afterwards they are only followed. When it cannot be told whether a run was started, that is the answer: `unknown`.
 * Nothing is ever started again (threat 76).
 */
import type { Body } from '../core/ledger/entry.ts';
import type { GrantState } from '../core/ledger/state.ts';
import type { Run } from '../core/policy/decision.ts';
import type { Change } from '../core/reconcile/change.ts';
import { type Instant, MINUTE, plus } from '../core/time.ts';
import { ProviderError, type RunState } from '../providers/provider.ts';
import { LEASE } from './effects.ts';
import { failureOf } from './failure.ts';
import { type SweepWorld, serverNow } from './world.ts';

type ActionIntent = Extract<Body, { readonly type: 'action-intent' }>;
type ActionOutcome = Extract<Body, { readonly type: 'action-outcome' }>;
type Start = Extract<Change, { readonly kind: 'run' }>;
type Follow = Extract<Change, { readonly kind: 'follow' }>;

/**
 * The correlation is the grant's, not the sweep's: whoever looks for it finds every start there ever was. The lease ends
 * with the time in which it may start.
 */
export function intendAction(change: Start, run: string, at: Instant): ActionIntent {
  const correlation = `gatepass-${change.grant}`;
  const id = `action-${change.grant}`;
  const [lease] = [plus(at, LEASE), change.until].sort() as [Instant];
  return {
    type: 'action-intent',
    id,
    grant: change.grant,
    run: change.run,
    correlation,
    sweep: run,
    lease,
  };
}

export interface ActionAsked {
  /** Written by this sweep: these may start. */
  readonly intents: readonly ActionIntent[];
  /** Started by earlier sweeps, perhaps. */
  readonly follows: readonly Follow[];
  readonly grants: ReadonlyMap<string, GrantState>;
  readonly now: Instant;
}

/** How long one sweep waits for runs to end; the next one goes on. */
const WATCH_FOR = 60_000;
const LOOK_EVERY = 2_000;
const LISTED_WITHIN = MINUTE;

/** What became of each. An action about which nothing new is known has no outcome here. */
export async function runActions(world: SweepWorld, asked: ActionAsked): Promise<readonly ActionOutcome[]> {
  const begun = await Promise.all([
    ...asked.intents.map((intent) => start(world, intent)),
    ...asked.follows.map((change) => look(world, asked, change)),
  ]);
  const outcomes = begun.filter((outcome) => outcome !== null);
  const known = await watch(world, outcomes, asked);
  return known.filter((outcome) => isNews(outcome, asked));
}

async function start(world: SweepWorld, intent: ActionIntent): Promise<ActionOutcome> {
  const { run, correlation } = intent;
  try {
    const existing = await world.runner.find(run, correlation);
    if (existing !== null) return outcomeOf(intent.grant, intent.id, existing);
    const at = await serverNow(world);
    if (at >= intent.lease)
      return unstarted(intent, 'failed', `it was too late to start it: that had to be before ${intent.lease}`);
  } catch (error) {
    // Nothing was sent yet, so this is a failure and no doubt.
    return unstarted(intent, 'failed', `it was not started: ${failureOf(error)}`);
  }
  try {
    return outcomeOf(intent.grant, intent.id, await world.runner.start(startOf(run), correlation));
  } catch (error) {
    if (error instanceof ProviderError && error.effect === 'none') {
      return unstarted(intent, 'failed', failureOf(error));
    }
    return findAfterDoubt(world, intent, failureOf(error));
  }
}

/** The answer was lost. A run of ours that exists settles it. */
async function findAfterDoubt(world: SweepWorld, intent: ActionIntent, why: string): Promise<ActionOutcome> {
  const found = await world.runner.find(intent.run, intent.correlation).catch(() => null);
  return found === null
    ? unstarted(intent, 'unknown', `it may have been started: ${why}`)
    : outcomeOf(intent.grant, intent.id, found);
}

/** An intent without an outcome, or a run that was not over. `null`: it cannot be told yet. */
async function look(world: SweepWorld, asked: ActionAsked, change: Follow): Promise<ActionOutcome | null> {
  const grant = asked.grants.get(change.grant);
  const run = grant?.terms.run ?? null;
  const action = grant?.action ?? null;
  if (run === null || action === null) return null;
  try {
    const { runId, correlation } = change;
    const found =
      runId === null
        ? await world.runner.find(run, correlation)
        : await world.runner.follow({ ...run, correlation }, runId);
    if (found !== null) return outcomeOf(change.grant, change.intent, found);
    // Whoever wrote the intent may still start it until its lease is over, and GitHub take a while to list the run.
    if (asked.now < plus(action.lease, LISTED_WITHIN)) return null;
    const why = 'the sweep that meant to start it wrote no outcome, and no run of ours was found';
    return { ...NO_RUN, grant: change.grant, intent: change.intent, state: 'unknown', detail: why };
  } catch {
    return null;
  }
}

/** Follows what runs until it ends or the time is over, all together. */
async function watch(
  world: SweepWorld,
  outcomes: readonly ActionOutcome[],
  asked: ActionAsked,
): Promise<readonly ActionOutcome[]> {
  let current = outcomes;
  for (let waited = 0; waited < WATCH_FOR && current.some(isRunning); waited += LOOK_EVERY) {
    await world.pause(LOOK_EVERY);
    current = await Promise.all(
      current.map((outcome) => (isRunning(outcome) ? again(world, outcome, asked) : outcome)),
    );
  }
  return current;
}

async function again(world: SweepWorld, outcome: ActionOutcome, asked: ActionAsked): Promise<ActionOutcome> {
  const run = runOf(outcome.grant, asked);
  if (run === null || outcome.runId === null) return outcome;
  const correlation = `gatepass-${outcome.grant}`;
  try {
    const state = await world.runner.follow({ ...run, correlation }, outcome.runId);
    return outcomeOf(outcome.grant, outcome.intent, state);
  } catch {
    return outcome;
  }
}

function runOf(grant: string, asked: ActionAsked): Run | null {
  const intent = asked.intents.find((each) => each.grant === grant);
  return intent?.run ?? asked.grants.get(grant)?.terms.run ?? null;
}

function isRunning(outcome: ActionOutcome): boolean {
  return outcome.state === 'running';
}

/** A run that is still running was said to run when it was started. */
function isNews(outcome: ActionOutcome, asked: ActionAsked): boolean {
  const before = asked.grants.get(outcome.grant)?.action ?? null;
  return before === null || before.state !== outcome.state || before.runId !== outcome.runId;
}

function startOf(run: Run): { repository: string; workflow: string; ref: string; inputs: Run['inputs'] } {
  const { repository, workflow, ref, inputs } = run;
  return { repository, workflow, ref, inputs };
}

function outcomeOf(grant: string, intent: string, state: RunState): ActionOutcome {
  const { runId, url, detail } = state;
  return { type: 'action-outcome', grant, intent, state: state.state, runId, url, detail };
}

const NO_RUN = { type: 'action-outcome', runId: null, url: null } as const;

function unstarted(intent: ActionIntent, state: 'failed' | 'unknown', detail: string): ActionOutcome {
  return { ...NO_RUN, grant: intent.grant, intent: intent.id, state, detail };
}

/**
 * GitHub Actions of the look-alike: decides which events start which workflows, and holds what can go wrong on demand.
 * The runs are the conductor's; their work is done by child processes (`job.ts`, `step.ts`).
 */

import { ZERO } from '../git/types.ts';
import { HttpError, unprocessable } from '../http-error.ts';
import { accountJson, organizationJson } from '../json/account.ts';
import { accountOfEmail } from '../json/commit.ts';
import { repositoryJson } from '../json/repository.ts';
import type { Account, Json, Repository } from '../model.ts';
import type { ActionsRunner, HubState, RefMove } from '../types.ts';
import { createConductor, type OnLine } from './conductor.ts';
import { dispatchInputs } from './dispatch.ts';
import { passesFilter } from './ref-filter.ts';
import { createRegistry, type Registry, type WorkflowFile } from './registry.ts';
import { actionsRoutes } from './routes.ts';
import { type Registered, type Run, type RunView, type Trigger, viewOf } from './run.ts';
import { createSchedule, type Tick, type TickFate } from './schedule.ts';

/** What goes wrong on demand. Everything is in order until a test assigns a field. */
export interface RunnerFaults {
  /** A push starts no run of a workflow for which this answers true. */
  suppressPush: (repository: Repository, path: string) => boolean;
  /** The fate of each cron tick; `at` is the instant it was meant for. */
  schedule: (repository: Repository, path: string, at: string) => TickFate;
  /** Asked at each line that a run prints: `kill` is the loss of its machine, `cancel` what a person can do. */
  onLine: OnLine;
}

export interface Runner extends ActionsRunner {
  readonly registry: Registry;
  readonly faults: RunnerFaults;
  /** Oldest first. */
  runs(repository: Repository): RunView[];
  runRecords(repository: Repository): readonly Run[];
  /** As GitHub's API does it; throws 422 as GitHub does. `ref` is a branch, a tag or a full ref. */
  dispatch(repository: Repository, registered: Registered, ref: string, inputs: Json, actor: Account): Promise<Run>;
  repositoryDispatch(repository: Repository, type: string, payload: Json, actor: Account): Promise<void>;
  cancel(run: Run): void;
  /** The machine of a run is gone: it is killed at once and fails. False: no such run is going on. */
  kill(id: number): boolean;
}

/** `actions` maps `owner/repo/path` of a `uses:` to a local folder with its `action.yml`. */
export function actionsRunner(hub: HubState, actions: Readonly<Record<string, string>> = {}): Runner {
  const faults: RunnerFaults = { suppressPush: () => false, schedule: () => 'fire', onLine: () => 'run' };
  const registry = createRegistry(hub);
  const conductor = createConductor(hub, actions, (run, line) => faults.onLine(run, line));
  const schedule = createSchedule<Scheduled>();
  // Pushes are taken one after the other, so that runs start in the order of their pushes.
  let arriving: Promise<void> = Promise.resolve();
  const pushes = new Map<string, Json>();

  // The event file of a push holds the very payload that Apps were sent.
  hub.events.on('webhook', ({ event, repository, payload }) => {
    if (event === 'push' && repository !== null)
      pushes.set(pushKey(repository, payload['ref'], payload['after']), payload);
    const name = event === 'pull_request' ? 'pull_request_target' : event;
    if (repository !== null && (name === 'pull_request_target' || name === 'issue_comment')) {
      arriving = arriving
        .then(() => onDefault(repository, name, payload))
        .catch((error: unknown) => console.error(error));
    }
  });

  /** Always the default branch's file, at its tip: whatever the pull request brings is only data (changelog 2025-11-07). */
  async function onDefault(
    repository: Repository,
    event: 'pull_request_target' | 'issue_comment',
    payload: Json,
  ): Promise<void> {
    const ref = mainOf(repository);
    const sha = await repository.git.resolve(ref);
    const actor = hub.accounts.get(Number((payload['sender'] as Json | undefined)?.['id']));
    // What a workflow does with its own token starts nothing.
    if (sha === null || actor === undefined || actor.login === 'github-actions[bot]') return;
    const trigger = await triggerAt(repository, sha, { event, ref, actor, payload });
    for (const file of await registry.files(repository, sha)) {
      if ('error' in file.workflow || file.registered.state !== 'active') continue;
      const { pullRequestTarget, issueComment } = file.workflow.on;
      const types = event === 'issue_comment' ? issueComment : pullRequestTarget;
      if (types?.includes(String(payload['action'])) === true) conductor.start(file, repository, trigger);
    }
  }

  function onPush(move: RefMove): void {
    arriving = arriving.then(() => push(move)).catch((error: unknown) => console.error(error));
  }

  async function push(move: RefMove): Promise<void> {
    const { repository, ref, before, after } = move;
    const payload = pushes.get(pushKey(repository, ref, after)) ?? {};
    pushes.delete(pushKey(repository, ref, after));
    // What a workflow pushes with its own token starts nothing; a deleted ref has no workflows.
    if (move.byWorkflow || after === ZERO || !/^refs\/(heads|tags)\//.test(ref)) return;
    const changed = async (): Promise<string[]> => {
      if (before === ZERO) return ((await repository.git.tree(after, true)) ?? []).map(({ path }) => path);
      return (await repository.git.diff(before, after)).map(({ path }) => path);
    };
    const trigger = await triggerAt(repository, after, { event: 'push', ref, actor: move.actor, payload });
    for (const file of await registry.files(repository, after)) {
      const { registered, workflow } = file;
      if (registered.state !== 'active' || faults.suppressPush(repository, registered.path)) continue;
      const filter = 'error' in workflow ? null : workflow.on.push;
      const isDue = 'error' in workflow || (filter !== null && (await passesFilter(filter, ref, changed)));
      if (isDue) conductor.start(file, repository, trigger);
    }
  }

  async function idle(): Promise<void> {
    await arriving;
    await conductor.idle();
  }

  async function dueWithin(from: number, to: number): Promise<Tick<Scheduled>[]> {
    const lines: { of: Scheduled; text: string; cron: WrittenCron }[] = [];
    for (const repository of hub.repositories.values()) {
      for (const file of await registry.files(repository, mainOf(repository))) {
        if ('error' in file.workflow) continue;
        for (const { text, cron } of file.workflow.on.schedule) lines.push({ of: { repository, file }, text, cron });
      }
    }
    return schedule.due(lines, from, to, ({ repository, file }, at) =>
      faults.schedule(repository, file.registered.path, new Date(at).toISOString()),
    );
  }

  async function onAdvance(from: string, to: string): Promise<void> {
    for (const { of, cron, due } of await dueWithin(Date.parse(from), Date.parse(to))) {
      const { repository, file } = of;
      if (hub.clock.epoch() < due) hub.clock.set(new Date(due).toISOString());
      const ref = mainOf(repository);
      const sha = await repository.git.resolve(ref);
      // As it is now: the file may have changed, or been disabled, since the tick was due.
      const now = sha === null ? undefined : (await registry.files(repository, sha)).find(sameAs(file.registered));
      if (sha === null || now === undefined || now.registered.state !== 'active') continue;
      const actor = await scheduleActor(hub, repository, file.registered.path);
      const payload = { schedule: cron, workflow: file.registered.path, ...surroundings(hub, repository, actor) };
      conductor.start(now, repository, await triggerAt(repository, sha, { event: 'schedule', ref, actor, payload }));
      await idle();
    }
  }

  async function dispatch(
    repository: Repository,
    registered: Registered,
    ref: string,
    inputs: Json,
    actor: Account,
  ): Promise<Run> {
    const full = await fullRef(repository, ref);
    const sha = full === null ? null : await repository.git.resolve(full);
    if (full === null || sha === null) throw unprocessable(`No ref found for: ${ref}`);
    if (registered.state !== 'active') {
      throw unprocessable("Cannot trigger a 'workflow_dispatch' on a disabled workflow");
    }
    const file = (await registry.files(repository, sha)).find(sameAs(registered));
    const declared = file === undefined || 'error' in file.workflow ? null : file.workflow.on.dispatch;
    if (file === undefined || declared === null) {
      throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
    }
    const { texts, typed } = dispatchInputs(declared, inputs);
    const event = { inputs: texts, ref: full, workflow: registered.path };
    hub.emit('workflow_dispatch', event, { repository, sender: actor });
    const payload = { ...event, ...surroundings(hub, repository, actor) };
    const about = { event: 'workflow_dispatch', ref: full, actor, payload } as const;
    return conductor.start(file, repository, { ...(await triggerAt(repository, sha, about)), inputs: typed });
  }

  async function repositoryDispatch(repository: Repository, type: string, sent: Json, actor: Account): Promise<void> {
    const ref = mainOf(repository);
    const sha = await repository.git.resolve(ref);
    if (sha === null) throw new HttpError(409, 'Git Repository is empty.');
    const event = { action: type, branch: repository.defaultBranch, client_payload: sent };
    hub.emit('repository_dispatch', event, { repository, sender: actor });
    const payload = { ...event, ...surroundings(hub, repository, actor) };
    const trigger = await triggerAt(repository, sha, { event: 'repository_dispatch', ref, actor, payload });
    for (const file of await registry.files(repository, sha)) {
      const types = 'error' in file.workflow ? null : file.workflow.on.repositoryDispatch;
      const isWanted = types !== null && (types.length === 0 || types.includes(type));
      if (isWanted && file.registered.state === 'active') conductor.start(file, repository, trigger);
    }
  }

  const runner: Omit<Runner, 'routes'> = {
    faults,
    registry,
    onPush,
    onAdvance,
    idle,
    runs: (repository) => conductor.runs(repository).map(viewOf),
    runRecords: conductor.runs,
    dispatch,
    repositoryDispatch,
    cancel: conductor.cancel,
    kill: conductor.kill,
    close: conductor.close,
  };
  return { ...runner, routes: actionsRoutes(runner) };
}

interface Scheduled {
  readonly repository: Repository;
  readonly file: WorkflowFile;
}
type WrittenCron = Parameters<ReturnType<typeof createSchedule<Scheduled>>['due']>[0][number]['cron'];

const pushKey = (repository: Repository, ref: unknown, after: unknown): string => `${repository.id} ${ref} ${after}`;
const mainOf = (repository: Repository): string => `refs/heads/${repository.defaultBranch}`;
const sameAs =
  (registered: Registered) =>
  (file: WorkflowFile): boolean =>
    file.registered === registered;

async function triggerAt(
  repository: Repository,
  sha: string,
  about: Pick<Trigger, 'event' | 'ref' | 'actor' | 'payload'>,
): Promise<Trigger> {
  const commit = await repository.git.commit(sha);
  if (commit === null) throw new Error(`${repository.fullName} has no commit ${sha}`);
  return { ...about, sha, commit, inputs: {} };
}

/** A branch before a tag of the same name, as a full ref; null: neither. */
async function fullRef(repository: Repository, ref: string): Promise<string | null> {
  const candidates = ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  for (const candidate of candidates) if ((await repository.git.resolve(candidate)) !== null) return candidate;
  return null;
}

function surroundings(hub: HubState, repository: Repository, sender: Account): Json {
  const organization = hub.organizations.get(repository.owner.login.toLowerCase());
  return {
    repository: repositoryJson(hub, repository),
    ...(organization === undefined ? {} : { organization: organizationJson(hub, organization) }),
    sender: accountJson(hub, sender),
  };
}

/** A scheduled run belongs to whoever changed the workflow file last (GitHub: the last user to commit to the cron). */
async function scheduleActor(hub: HubState, repository: Repository, path: string): Promise<Account> {
  const [sha] = await repository.git.history(mainOf(repository), null, { path, limit: 1 });
  const commit = sha === undefined ? null : await repository.git.commit(sha);
  return (commit === null ? null : accountOfEmail(hub, commit.author.email)) ?? repository.owner;
}

/** A hub state with one repository and nothing around it: what the runner needs, without servers. */

import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { actionsRunner, type Runner } from '../../../hub/actions/runner.ts';
import { startClock } from '../../../hub/clock.ts';
import { createStore } from '../../../hub/git/store.ts';
import { ZERO } from '../../../hub/git/types.ts';
import type { Account, Json, Permissions, Repository } from '../../../hub/model.ts';
import type { HubEvents, HubState } from '../../../hub/types.ts';

export interface World {
  readonly hub: HubState;
  readonly repository: Repository;
  readonly runner: Runner;
  /** `event/action` of each webhook, in order. */
  readonly told: { readonly event: string; readonly payload: Json }[];
  /** Permissions of each token that was minted. */
  readonly minted: Permissions[];
  /** Commits the files on top of a branch and tells the runner, as a push by alice. */
  push(files: Readonly<Record<string, string>>, branch?: string): Promise<string>;
  close(): Promise<void>;
}

export const ALICE: Account = { id: 1001, login: 'alice', type: 'User', email: 'alice@acme.example' };
const ACME: Account = { id: 9000, login: 'acme', type: 'Organization', email: 'acme@acme.example' };
const MAIN = 'refs/heads/main';

export const FIXTURE = fileURLToPath(new URL('fixture-action', import.meta.url));

export async function aWorld(now = '2026-11-23T10:00:00Z'): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'hub-actions-'));
  const git = await createStore(join(directory, 'ops.git'), 'main');
  const told: World['told'] = [];
  const minted: Permissions[] = [];
  let last = 100;
  const repository = {
    id: 77,
    owner: ACME,
    name: 'ops',
    fullName: 'acme/ops',
    private: true,
    defaultBranch: 'main',
    createdAt: now,
    pushedAt: now,
    git,
    collaborators: new Map(),
    parent: null,
    pulls: new Map(),
    issues: new Map(),
    comments: [],
    checkRuns: [],
    statuses: [],
    rulesets: [],
    activity: [],
    secrets: new Map([
      ['', new Map([['SHARED', 'shared-secret-value']])],
      ['production', new Map([['KEY', 'first-line\nsecond-line']])],
    ]),
    environments: new Map([['production', { id: 1, createdAt: now, branches: ['main'] }]]),
    actionsMayApprove: false,
    nextNumber: 1,
    settings: { mergeCommit: true, squash: true, rebase: true, deleteBranch: false },
  } satisfies Repository;
  const clock = startClock({ now, running: false, onAdvance: (from, to) => runner.onAdvance(from, to) });
  const hub: HubState = {
    url: 'http://127.0.0.1:9',
    apiUrl: 'http://127.0.0.1:9/api/v3',
    directory,
    clock,
    events: new EventEmitter<HubEvents>(),
    accounts: new Map([
      [ALICE.id, ALICE],
      [ACME.id, ACME],
    ]),
    organizations: new Map(),
    repositories: new Map([['acme/ops', repository]]),
    apps: new Map(),
    installations: new Map(),
    tokens: new Map(),
    verified: new Set(),
    notModified: 0,
    nextId: () => {
      last += 1;
      return last;
    },
    emit(event, payload, about) {
      told.push({ event, payload });
      const action = typeof payload['action'] === 'string' ? payload['action'] : null;
      hub.events.emit('webhook', { event, action, repository: about.repository ?? null, payload });
    },
    workflowToken(_, permissions) {
      minted.push(permissions);
      return `ghs_token${minted.length}`;
    },
  };
  const runner = actionsRunner(hub, { 'acme/gatepass/action': FIXTURE });
  return {
    hub,
    repository,
    runner,
    told,
    minted,
    async push(files, branch = 'main') {
      const ref = `refs/heads/${branch}`;
      const before = await git.resolve(ref);
      const base = before ?? (await git.resolve(MAIN));
      const entries = await Promise.all(
        Object.entries(files).map(async ([path, text]) => ({
          path,
          mode: '100644',
          sha: await git.writeObject('blob', text),
        })),
      );
      const by = { name: 'alice', email: ALICE.email, date: `${clock.now().slice(0, 19)}Z` };
      const after = await git.writeCommit({
        tree: await git.writeTree(base === null ? null : ((await git.commit(base))?.tree ?? null), entries),
        parents: base === null ? [] : [base],
        message: 'Change the files\n\nas told',
        author: by,
        committer: by,
      });
      await git.swapRef(ref, after, before ?? ZERO);
      hub.emit('push', { ref, before: before ?? ZERO, after }, { repository, sender: ALICE });
      runner.onPush({ repository, ref, before: before ?? ZERO, after, actor: ALICE, byWorkflow: false });
      return after;
    },
    async close() {
      await runner.close();
      git.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

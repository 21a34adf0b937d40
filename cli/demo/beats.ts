/** What a beat of the story can do and see: people, their pull requests, the ledger, the clock. */
import type { GrantState } from '../../core/ledger/state.ts';
import { between, type Instant } from '../../core/time.ts';
import { checkOf, type Hand } from './hand.ts';
import { type LedgerView, viewLedger } from './ledger-view.ts';
import type { Narrator } from './narrator.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

export interface Stage {
  readonly world: World;
  readonly tell: Narrator;
  hand(login: string): Promise<Hand>;
  ledger(): Promise<LedgerView>;
  /** The gate's check on a pull request, once it says no. */
  refused(pullRequest: number): ReturnType<typeof checkOf>;
  /** The same, once it waits for approvals. */
  waiting(pullRequest: number): ReturnType<typeof checkOf>;
  /** The one comment of the gate under a pull request, once `test` holds for its text. */
  comment(pullRequest: number, test: (text: string) => boolean): Promise<string>;
  /** When and by whom a pull request was merged, once it is. */
  merged(pullRequest: number): Promise<{ at: string; by: string }>;
  /** The grant of a pull request, once it has one of these statuses. */
  grant(pullRequest: number, ...statuses: GrantState['status'][]): Promise<GrantState>;
  /** Opens a request and lets it be approved and merged; the grant is active when this returns. */
  obtain(
    who: string,
    path: string,
    text: string,
    approvers: readonly string[],
  ): Promise<{ pull: number; grant: GrantState }>;
}

export function createStage(world: World, tell: Narrator): Stage {
  const { owner, repo } = world.access;
  const name = { owner, repo };
  const check = async (pull: number, test: Parameters<typeof checkOf>[3]) =>
    checkOf((await world.hand('heidi')).api, world.access, pull, test);
  const stage: Stage = {
    world,
    tell,
    hand: world.hand,
    ledger: async () => viewLedger(await world.hand('heidi'), world.access),
    refused: async (pull) => check(pull, ({ is }) => is === 'failure'),
    waiting: async (pull) => check(pull, ({ title }) => title.startsWith('Waiting for')),
    comment: async (pull, test) => {
      const { api } = await world.hand('heidi');
      return until(`the comment of #${pull} says so`, async () => {
        const { data } = await api.issues.listComments({ ...name, issue_number: pull });
        const ours = data.filter((comment) => comment.user?.type === 'Bot');
        if (ours.length > 1) throw new Error(`${ours.length} comments by the gate, expected 1`);
        const text = ours[0]?.body ?? '';
        return test(text) ? text : null;
      });
    },
    merged: async (pull) => {
      const { api } = await world.hand('heidi');
      return until(`#${pull} is merged`, async () => {
        const { data } = await api.pulls.get({ ...name, pull_number: pull });
        return data.merged_at === null ? null : { at: data.merged_at, by: data.merged_by?.login ?? 'nobody' };
      });
    },
    grant: async (pull, ...statuses) =>
      until(`the grant of #${pull} is ${statuses.join(' or ')}`, async () => {
        const grant = (await stage.ledger()).grantOf(pull);
        return grant !== null && statuses.includes(grant.status) ? grant : null;
      }),
    obtain: async (who, path, text, approvers) => {
      const hand = await stage.hand(who);
      const pull = await hand.open(`${who} asks ${path}`, { [path]: text });
      if (approvers.length > 0) await stage.waiting(pull);
      for (const approver of approvers) await (await stage.hand(approver)).review(pull, 'APPROVE');
      await stage.merged(pull);
      return { pull, grant: await stage.grant(pull, 'active') };
    },
  };
  return stage;
}

/** `2026-11-23T10:00:00.000Z` as `10:00:00`. */
export function clock(at: string): string {
  return at.slice(11, 19);
}

export function seconds(from: Instant, to: Instant): string {
  return `${(between(from, to) / 1000).toFixed(0)} s`;
}

/** The error that a promise ends with; one that succeeds is itself an error. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was not refused');
}

export function request(length: string, reason: string, more: string = ''): string {
  return `apiVersion: gatepass/v1\nkind: AccessRequest\nduration: ${length}\nreason: ${reason}\n${more}`;
}

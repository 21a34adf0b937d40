/** What a gate publishes about a judgement: the check run and the comment. The words of decisions are `core/explain`'s. */
import { type CheckRun, checkRun, refusedRun, undecidedRun } from '../core/explain/check-run.ts';
import { plainComment, stickyComment } from '../core/explain/sticky-comment.ts';
import { type CheckTarget, isGreen, type PublishedCheck, publishCheck, readCheck } from './check-runs.ts';
import { type GitHub, GitHubError } from './client.ts';
import type { Judgement } from './judge-open.ts';

/**
 * INVARIANT: while facts are being read after something happened, the commit is not green by an older decision.
 * @param hasMoved `false`: nothing is known to have happened, so that its green stays until this look finds otherwise, or fails
 */
export async function keepFromGreen(
  github: GitHub,
  target: CheckTarget,
  appId: number,
  hasMoved = true,
): Promise<PublishedCheck> {
  const existing = await readCheck(github, target, appId);
  if (existing !== null && existing.binding === target.binding && !(hasMoved && isGreen(existing))) return existing;
  return publishCheck(github, target, existing, undecidedRun('Being decided', 'The facts are being read.'));
}

/** `page`: the repository's. */
export function announce(judgement: Judgement, page: string): { readonly run: CheckRun; readonly comment: string } {
  switch (judgement.is) {
    case 'shared': {
      const others = judgement.twins.map((number) => `#${number}`).join(', ');
      const title = `Shares its commit with ${others}`;
      const why = `Two open pull requests have the same head commit, and a check belongs to a commit. Close ${others}, or push another commit here.`;
      return { run: refusedRun(title, why), comment: plainComment('🔴', title, why) };
    }
    case 'blocked': {
      const title = 'Cannot decide yet: the ledger is unreadable';
      return { run: undecidedRun(title, judgement.why), comment: plainComment('⚪', title, judgement.why) };
    }
    case 'held': {
      const title = `Allowed, but held: sweeps are silent since ${judgement.since.slice(11, 16)} UTC`;
      const why = `${judgement.why}. Nothing would be granted, and nothing taken back. It goes on by itself once a sweep is heard; break-glass is never held.`;
      return { run: undecidedRun(title, why), comment: plainComment('⏸️', title, why) };
    }
    case 'decided': {
      const { decision, evidence } = judgement;
      const links = { repository: page };
      return {
        run: checkRun(decision, links, evidence.grants),
        comment: stickyComment(decision, links, evidence.grants),
      };
    }
  }
}

/** Nothing could be decided: the check stays in progress and says plainly why. */
export function undecidedBy(error: unknown): CheckRun {
  const [title, why] = inWords(error);
  return undecidedRun(title, why);
}

function inWords(error: unknown): readonly [title: string, why: string] {
  if (!(error instanceof GitHubError)) {
    return ['Cannot decide: an error of Gatepass itself', 'It is logged, and tried again by itself.'];
  }
  const said = error.status === null ? error.message : `GitHub returned ${error.status}`;
  return error.isRetryable
    ? [`${said}, retrying`, `${error.message}. It is tried again by itself.`]
    : [`Cannot decide: ${said}`, `${error.message}. Is the app installed with every permission that its guide lists?`];
}

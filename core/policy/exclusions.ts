/** Whose approval never counts, whatever team they are in: whoever asks, receives, wrote or pushed. */
import type { Principal } from '../document/documents.ts';
import type { Answer } from './answer.ts';
import { isAllSignedByOpener, isBaseMerge } from './commits.ts';
import type { CommitAuthor, Evidence } from './evidence.ts';
import { isOneOf } from './principals.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { Scope } from './setting.ts';

export interface Bar {
  readonly code: ReasonCode;
  readonly why: string;
}

export interface Exclusions {
  readonly barred: ReadonlyMap<number, Bar>;
  /** Who controls the receiving service. */
  readonly controllers: readonly Principal[];
  /** `false`: nobody can be shown to have no hand in the pushes, so no approval counts. */
  readonly pushersKnown: boolean;
}

/** `subject` is the receiving person's id; `null` for a service, a return or a policy change. */
export function exclusionsOf(
  evidence: Evidence,
  subject: number | null,
  controllers: readonly Principal[],
): Exclusions {
  const barred = new Map<number, Bar>();
  const bar = (id: number | undefined, code: ReasonCode, why: string) => {
    if (id !== undefined && !barred.has(id)) barred.set(id, { code, why });
  };
  bar(evidence.pullRequest.author.id, 'review-by-requester', 'opened this pull request, and nobody approves their own');
  if (subject !== null) bar(subject, 'review-by-subject', 'would receive the grant');
  for (const commit of evidence.commits.filter((one) => !isBaseMerge(one, evidence))) {
    const short = commit.sha.slice(0, 7);
    bar(idOf(commit.author), 'review-by-author', `wrote commit ${short}`);
    bar(idOf(commit.committer), 'review-by-committer', `committed ${short}`);
    for (const one of commit.coAuthors) bar(idOf(one), 'review-by-co-author', `is a co-author of commit ${short}`);
  }
  for (const pusher of evidence.pushers ?? []) bar(pusher.id, 'review-by-pusher', 'pushed to this branch');
  return { barred, controllers, pushersKnown: arePushersKnown(evidence) };
}

/** An app pushes what somebody tells it to, a workflow with its own token for one, and GitHub does not say who. */
function arePushersKnown(evidence: Evidence): boolean {
  const arePeople = evidence.pushers?.every(({ type }) => type === 'User') ?? false;
  return arePeople || isAllSignedByOpener(evidence);
}

function idOf(person: CommitAuthor): number | undefined {
  return person.account?.id;
}

/** Why this person's approval cannot count; `null`: nothing stands against it. Doubt excludes. */
export function barOf(exclusions: Exclusions, id: number, scope: Scope): Bar | null {
  const bar = exclusions.barred.get(id);
  if (bar !== undefined) return bar;
  if (!exclusions.pushersKnown) {
    return { code: 'pushers-unknown', why: 'might stand behind a push to this branch: who does is not known' };
  }
  return controllerBar(isOneOf(exclusions.controllers, { kind: 'person', id }, scope));
}

function controllerBar(controls: Answer): Bar | null {
  if (controls === 'no') return null;
  return controls === 'yes'
    ? { code: 'review-by-controller', why: 'controls the service that would receive the grant' }
    : { code: 'membership-unknown', why: 'might control the receiving service: its controllers could not be read' };
}

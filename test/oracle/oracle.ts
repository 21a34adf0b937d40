/**
 * The approval rules a second time, written from the rules in prose and nothing else: slow, plain, and independent of
 * `core/policy`, from which it takes only the shape of evidence. Where the text leaves two answers open, both are given.
 */
import type { Evidence } from '../../core/policy/evidence.ts';
import { type Counted, count, type Wanted } from './approvals.ts';
import { type Documents, lengthOf, type Resource, readDocuments } from './documents.ts';
import { isOne, ownersOf, type World } from './membership.ts';
import { isMalformed, kindOf } from './shape.ts';
import { type Ask, termsOf, type Written } from './terms.ts';

export type Verdict = 'allow' | 'pending' | 'deny' | 'invalid' | 'fault';

export interface Answer {
  /** More than one where a team could not be read and the rules say only that it is not green. */
  readonly verdicts: readonly Verdict[];
  readonly rule: string | null;
  /** Whose approval is valid; `null` when no approvals were weighed. */
  readonly approvers: ReadonlySet<number> | null;
  readonly filled: number;
  /** Of an allowance of a grant or action, in milliseconds. */
  readonly length: number | null;
  /** What stands against it, for whoever reads a disagreement. */
  readonly why: readonly string[];
}

const only = (verdict: Verdict, ...why: string[]): Answer => ({
  verdicts: [verdict],
  rule: null,
  approvers: null,
  filled: 0,
  length: null,
  why,
});

export function judge(evidence: Evidence): Answer {
  const kind = kindOf(evidence);
  if (kind === null) return only('invalid');
  const documents = readDocuments(evidence.governing.files);
  // The text does not say which of these is told first; each is a no.
  const noes: Verdict[] = [
    ...(isMalformed(evidence, kind) ? (['invalid'] as const) : []),
    ...(evidence.pullRequest.state === 'closed' ? (['deny'] as const) : []),
    ...(documents === null ? (['fault'] as const) : []),
  ];
  if (documents === null || noes.length > 0) return { ...only('invalid'), verdicts: noes };
  const world: World = { evidence, documents, resource: null };
  if (kind === 'policy' && evidence.changes.some(isBroken)) return only('invalid');
  if (kind === 'policy')
    return judgeOwned(
      world,
      evidence.changes.map((change) => change.path),
    );
  if (kind === 'return') return judgeReturn(world);
  return judgeRequest(evidence, documents);
}

/** A settings file that is none; the histories change no other governing file. */
function isBroken({ path, text }: Evidence['changes'][number]): boolean {
  return path.startsWith('policies/') && !(path === 'policies/settings.yaml' && text?.includes('"Settings"'));
}

function judgeRequest(evidence: Evidence, documents: Documents): Answer {
  const [change] = evidence.changes;
  const path = change?.path ?? '';
  const [, name, entitlement = ''] = path.split('/');
  const document: Written = JSON.parse(change?.text ?? '{}');
  const length = lengthOf(document.duration ?? document.within ?? '');
  const resource = documents.resources.find((one) => one.name === name);
  if (isBackwards(document)) return only('invalid');
  if (length === null || resource === undefined || !isAskable(document, resource, entitlement)) return only('invalid');
  const world: World = { evidence, documents, resource };
  const opener = evidence.pullRequest.author.id;
  const subjectKey = receiverOf(document, documents, opener);
  if (subjectKey === null) return only('deny', 'nobody we know');
  const isPerson = typeof subjectKey === 'number';
  if (isPerson && evidence.members === null) return only('fault');
  if (isPerson && !evidence.members?.includes(subjectKey)) return only('deny', 'left');
  const starts = Date.parse(document.starts ?? evidence.pullRequest.mergedAt ?? evidence.now);
  const at = Math.max(starts, Date.parse(evidence.now));
  const ask: Ask = {
    world,
    document,
    path,
    entitlement,
    opener,
    subjectKey,
    length,
    starts,
    ends: starts + length,
    at,
  };
  const terms = termsOf(ask);
  const reach = document.kind === 'AccessRequest' ? reachOf(ask) : 'fine';
  if (terms.denied.length > 0 || reach === 'deny') return only('deny', ...terms.denied, reach);
  if (terms.faulty || reach === 'fault') return only('fault');
  const subject = {
    id: isPerson ? subjectKey : null,
    controllers: isPerson ? [] : (documents.services[subjectKey]?.controllers ?? []),
  };
  const wanted: Wanted[] = terms.approvals.map((one) => ({
    from: one.from,
    count: one.count,
    path,
    digest: one.digest === 'required',
  }));
  const counted = count(world, wanted, subject, true);
  return { ...answer(evidence, counted), rule: terms.rule, length: Math.min(length, counted.limit) };
}

/** A document that could never begin is none. */
function isBackwards({ starts, startsBy }: Written): boolean {
  return starts !== undefined && startsBy !== undefined && startsBy < starts;
}

function isAskable(document: Written, resource: Resource, entitlement: string): boolean {
  const action = resource.actions[entitlement];
  if (document.kind === 'AccessRequest') return resource.roles[entitlement] !== undefined;
  if (action === undefined) return false;
  const inputs = document.inputs ?? {};
  const isKnown = Object.entries(inputs).every(([key, value]) => action.inputs[key]?.enum.includes(value));
  return isKnown && Object.keys(action.inputs).every((key) => inputs[key] !== undefined);
}

/** `null`: nobody we know. */
function receiverOf(document: Written, documents: Documents, opener: number): number | string | null {
  const [kind, name = ''] = document.subject?.split(':') ?? [];
  if (kind === 'service') return documents.services[name] === undefined ? null : name;
  if (kind === 'person') return documents.people[name]?.github.id ?? null;
  return Object.values(documents.people).some((one) => one.github.id === opener) ? opener : null;
}

/** Whether the provider knows the receiver, and that the grant reaches none of our own approvers (threat 75). */
function reachOf({ world, subjectKey, entitlement }: Ask): 'fine' | 'deny' | 'fault' {
  const { evidence, documents, resource } = world;
  if (resource?.provider === 'postgres') {
    const person = Object.values(documents.people).find((one) => one.github.id === subjectKey);
    const identities = person?.identities ?? documents.services[String(subjectKey)]?.identities;
    return identities?.['postgres'] === undefined ? 'deny' : 'fine';
  }
  if (typeof subjectKey === 'string') return 'deny';
  const governs = (slug: string) =>
    documents.everything.includes(`"team:${slug}"`) || documents.everything.includes(`@acme/${slug}`);
  let slug = resource?.roles[entitlement]?.grants[0]?.['team'] ?? null;
  for (const seen = new Set<string>(); slug !== null && !seen.has(slug); slug = evidence.teams[slug]?.parent ?? null) {
    if (governs(slug)) return 'deny';
    if (evidence.teams[slug] === undefined) return 'fault';
    seen.add(slug);
  }
  return 'fine';
}

/** Gives back: one's own, or as an owner of the path; anything else an owner agrees to. */
function judgeReturn(world: World): Answer {
  const { evidence, documents } = world;
  const opener = evidence.pullRequest.author.id;
  const others = evidence.changes.filter((change) => {
    let subject: string | undefined;
    try {
      const written = JSON.parse(change.text ?? '{}') as Written;
      subject = isBackwards(written) ? undefined : written.subject;
    } catch {}
    const own = subject?.startsWith('person:') === true && documents.people[subject.slice(7)]?.github.id === opener;
    return !own && isOne(world, ownersOf(world, change.path), opener, 0, change.path) !== 'yes';
  });
  return judgeOwned(
    world,
    others.map((change) => change.path),
  );
}

/** One code owner of each path; one person may own several. */
function judgeOwned(world: World, paths: readonly string[]): Answer {
  const wanted = new Map(
    paths.map((path) => [ownersOf(world, path).join(' '), { from: ['codeowners'], count: 1, path, digest: false }]),
  );
  const counted = count(world, [...wanted.values()], { id: null, controllers: [] }, false);
  return { ...answer(world.evidence, counted), length: null };
}

function answer(evidence: Evidence, { verdict, doubtful, approvers, filled }: Counted): Answer {
  const drafted = verdict === 'allow' && evidence.pullRequest.draft ? 'pending' : verdict;
  const verdicts: Verdict[] = drafted === 'pending' && doubtful ? ['pending', 'fault'] : [drafted];
  return { verdicts, rule: null, approvers, filled, length: null, why: [] };
}

/**
 * Which approvals are asked for, over the rule, the rules kept before it, and the guardrails.
 *
 * Within one source each entry is its own demand. Two sources that ask the same people ask for one thing: the larger
 * count holds, the digest is named if either wants it, and widening only as far as both allow. So "an owner approves" as a rule and as a guardrail is one owner.
 */
import type { ApprovalRequirement, Place } from '../document/documents.ts';
import { written } from './labels.ts';

export interface Requirement extends ApprovalRequirement {
  /** Which rule or guardrail asks for it, for people. */
  readonly source: string;
  readonly place: Place | null;
}

/** In the order of the sources. */
export function combine(requirements: readonly Requirement[]): readonly Requirement[] {
  const combined: Requirement[] = [];
  for (const requirement of requirements) {
    const index = combined.findIndex((other) => isSameDemand(other, requirement));
    const other = combined[index];
    if (other === undefined) combined.push(requirement);
    else combined[index] = stricter(other, requirement);
  }
  return combined;
}

/** Asks every one of them for the digest, or leaves them as they are. */
export function naming(isAsked: boolean): (requirement: Requirement) => Requirement {
  return (requirement) => (isAsked ? { ...requirement, namesDigest: true } : requirement);
}

function isSameDemand(a: Requirement, b: Requirement): boolean {
  return keyOf(a.from) === keyOf(b.from) && !a.source.split(' and ').includes(b.source);
}

function stricter(a: Requirement, b: Requirement): Requirement {
  return {
    source: `${a.source} and ${b.source}`,
    place: a.place,
    from: a.from,
    count: Math.max(a.count, b.count),
    widen:
      a.widen !== null && b.widen !== null && keyOf(a.widen.to) === keyOf(b.widen.to)
        ? { after: Math.max(a.widen.after, b.widen.after), to: a.widen.to }
        : null,
    namesDigest: a.namesDigest || b.namesDigest,
  };
}

function keyOf(principals: ApprovalRequirement['from']): string {
  return principals.map(written).sort().join(' ');
}

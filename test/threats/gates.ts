/** One attack against both gates: the same evidence open and merged, or the same pull request decided and then swept. */
import { expect } from 'vitest';
import { decide } from '../../core/policy/decide.ts';
import type { Decision, Reason } from '../../core/policy/decision.ts';
import type { Evidence } from '../../core/policy/evidence.ts';
import { collectEvidence } from '../../github/evidence.ts';
import type { EvidenceBuilder } from '../support/evidence.ts';
import type { TestWorld } from '../support/world.ts';

/** At gate 1 while the pull request is open, at gate 2 once it is merged. */
export function atBothGates(builder: EvidenceBuilder): readonly [gate1: Decision, gate2: Decision] {
  return [builder.decide(), builder.merged().decide()];
}

/** The attack is not what stops it: without it, both gates allow. */
export function expectAllowed(builder: EvidenceBuilder): void {
  expect(atBothGates(builder).map(({ verdict }) => verdict)).toEqual(['allow', 'allow']);
}

/** Neither gate allows, each for this reason, among others perhaps. */
export function expectStopped(builder: EvidenceBuilder, code: string): void {
  for (const decision of atBothGates(builder)) {
    expect(decision.verdict).not.toBe('allow');
    expect(codesOf(decision)).toContain(code);
  }
}

/** Of reasons, issues and reviews. */
export function codesOf(decision: Decision): readonly string[] {
  const reasons = (list: readonly Reason[]): readonly string[] =>
    list.flatMap((reason) => [...(reason.holds === true ? [] : [reason.code]), ...reasons(reason.because)]);
  const issues = 'issues' in decision ? decision.issues.map(({ code }) => code) : [];
  return [...reasons(decision.reasons), ...issues, ...decision.reviews.map(({ code }) => code)];
}

/** What gate 1 would decide on. */
export function evidenceOf(world: TestWorld, pullRequest: number): Promise<Evidence> {
  return collectEvidence(world.github, {
    repository: { owner: 'acme', name: 'access' },
    pullRequest,
    at: 'open',
    governing: null,
    now: null,
    grants: [],
    signals: {},
  });
}

export async function atGate1(world: TestWorld, pullRequest: number): Promise<Decision> {
  return decide(await evidenceOf(world, pullRequest));
}

/** One sweep: what it made of each request, by path, and that nothing was sent to a target. */
export async function stoppedAtGate2(world: TestWorld): Promise<Readonly<Record<string, string>>> {
  await world.sweep();
  expect(world.target.sent).toEqual([]);
  const { state } = await world.ledger();
  return Object.fromEntries([...state.requests.values()].map(({ request, status }) => [request.path, status.is]));
}

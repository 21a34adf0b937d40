/** What goes wrong around approvals: teams, people, branches, CODEOWNERS, forks, and GitHub itself. */
import { describe, expect } from 'vitest';
import { decide } from '../../core/policy/decide.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { aChange, anEvidence, TEAMS } from '../support/evidence.ts';
import { GATE, type MemoryUser } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { atBothGates, atGate1, codesOf, expectAllowed, stoppedAtGate2 } from '../threats/gates.ts';
import { fault } from './fault.ts';

const { alice, bob, carol, dan, erin, grace, heidi, mallory } = people;
const RULES = 'policies/rules/databases.yaml';
const PAYMENTS = 'requests/payments/operator/help.yaml';

/** What became of each request. */
async function fates(world: TestWorld): Promise<Readonly<Record<string, string>>> {
  const { state } = await world.ledger();
  return Object.fromEntries([...state.requests.values()].map(({ request, status }) => [request.path, status.is]));
}

/** Merged with a squash commit that holds other files than the pull request. */
function mergedWrongly(world: TestWorld, number: number, files: Readonly<Record<string, string | null>>): void {
  const sha = world.github.push(files);
  const pull = world.github.pulls.get(number);
  if (pull === undefined) throw new Error('no such pull request');
  pull.merged = { at: world.github.now, sha, by: GATE };
}

describe('the team that approves', () => {
  const asked = (world: TestWorld) => {
    const other = { by: erin, approvedBy: [bob], files: { [PAYMENTS]: aRequest({ duration: '1h' }) } };
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, bob);
    return { number, other };
  };

  fault(27, 'deleted: what it would approve is a fault with its reason, everything else goes on', async () => {
    const world = aWorld();
    const { number, other } = asked(world);
    const team = world.github.teams.get('orders');
    world.github.teams.delete('orders');
    const decision = await atGate1(world, number);
    expect(decision.verdict).toBe('fault');
    expect(codesOf(decision)).toContain('membership-unknown');
    world.github.merge(number);
    merged(world, other);
    await world.sweep();
    expect(await fates(world)).toEqual({ [READ]: 'deferred', [PAYMENTS]: 'authorised' });
    // Made again, within the hour in which a fault is tried again.
    if (team !== undefined) world.github.teams.set('orders', team);
    world.advance(30 * MINUTE);
    await world.sweep();
    expect(await fates(world)).toEqual({ [READ]: 'authorised', [PAYMENTS]: 'authorised' });
  });

  fault(27, 'deleted for good: the request lapses after an hour, with nothing granted', async () => {
    const world = aWorld();
    const { number } = asked(world);
    world.github.teams.delete('orders');
    world.github.merge(number);
    await world.sweep();
    world.advance(HOUR + MINUTE);
    await world.sweep();
    expect(await fates(world)).toEqual({ [READ]: 'lapsed' });
    expect(world.target.sent).toEqual([]);
  });

  fault(27, 'emptied: nobody is left who may approve, and that is said', async () => {
    const world = aWorld();
    const { number, other } = asked(world);
    world.github.teams.get('orders')?.members.splice(0);
    const decision = await atGate1(world, number);
    expect(decision.verdict).toBe('pending');
    expect(codesOf(decision)).toEqual(expect.arrayContaining(['approver-none-left', 'review-not-eligible']));
    world.github.merge(number);
    merged(world, other);
    await world.sweep();
    expect(await fates(world)).toEqual({ [READ]: 'refused', [PAYMENTS]: 'authorised' });
  });

  fault(27, 'deleted while a grant is held: it ends in time all the same', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.github.teams.delete('orders');
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('an approver leaves', () => {
  const leave = (world: TestWorld, who: MemoryUser, from: 'team' | 'organisation') => {
    const list = from === 'team' ? (world.github.teams.get('orders')?.members ?? []) : world.github.users;
    const at = list.findIndex(({ id }) => id === who.id);
    list.splice(at, 1);
  };

  for (const from of ['team', 'organisation'] as const) {
    fault(28, `the ${from}, between the approval and the first sweep: it does not count any more`, async () => {
      const world = aWorld();
      grantRead(world);
      leave(world, bob, from);
      expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    });

    fault(28, `the ${from}, once it is applied: the approval stands as of its time`, async () => {
      const world = aWorld();
      grantRead(world, { duration: '2h' });
      await world.sweep();
      leave(world, bob, from);
      world.advance(HOUR);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(true);
    });
  }

  fault(28, 'before the start that was asked for: it is decided again then, without them', async () => {
    const world = aWorld();
    grantRead(world, { starts: '"2026-11-23T12:00:00Z"', duration: '1h' });
    await world.sweep();
    leave(world, bob, 'organisation');
    world.advance(2 * HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('a looser policy beside the request', () => {
  const looser = (world: TestWorld): Readonly<Record<string, string>> => {
    const text = world.github.git.tip('main').files.get(RULES)?.text ?? '';
    return { [RULES]: text.replaceAll(/approvals:\n(?: {6}.*\n)+/g, 'approvals: []\n') };
  };

  fault(34, 'in one pull request: refused at both gates, whoever approves', async () => {
    const world = aWorld();
    expect(looser(world)[RULES]).toContain('approvals: []');
    const number = world.github.open(mallory, { ...looser(world), [READ]: aRequest() });
    for (const approver of [bob, heidi, grace]) world.github.approve(number, approver);
    const decision = await atGate1(world, number);
    expect(decision.verdict).toBe('invalid');
    expect(codesOf(decision)).toContain('pull-request-mixed');
    world.github.merge(number, 'squash', heidi);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(1);
  });

  fault(34, 'the policy that is obeyed is that of the base', () => {
    // Whoever it would make the owners of policies approves it.
    const looser = (text: string) => text.replaceAll(/@acme\/(?:security|platform)/g, '@acme/orders');
    const file = anEvidence().evidence.governing.files.find(({ path }) => path === 'CODEOWNERS');
    const change = aChange('CODEOWNERS', looser(file?.text ?? ''), { status: 'modified' });
    const asked = anEvidence().changing(change).approvedBy('bob');
    for (const decision of atBothGates(asked)) expect(decision.verdict).toBe('pending');
    expectAllowed(asked.governing('CODEOWNERS', looser));
  });
});

describe('GitHub merges other bytes', () => {
  fault(36, 'than were approved: quarantined with an alert, the next request is not', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest({ duration: '1h' }) });
    world.github.approve(number, bob);
    mergedWrongly(world, number, { [READ]: aRequest({ duration: '4h' }) });
    merged(world, { by: erin, approvedBy: [bob], files: { [PAYMENTS]: aRequest({ duration: '1h' }) } });
    await world.sweep();
    expect(await fates(world)).toEqual({ [READ]: 'quarantined', [PAYMENTS]: 'authorised' });
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await alertKeys(world)).join()).toContain('quarantined');
  });

  fault(36, 'under another path, or with another request beside it', async () => {
    for (const files of [
      { 'requests/orders-db/read-write/replay.yaml': aRequest({ duration: '1h' }) },
      { [READ]: aRequest({ duration: '1h' }), 'requests/billing-db/read-only/more.yaml': aRequest({ duration: '1h' }) },
    ]) {
      const world = aWorld();
      const number = world.github.open(alice, { [READ]: aRequest({ duration: '1h' }) });
      world.github.approve(number, bob);
      mergedWrongly(world, number, files);
      const found = await stoppedAtGate2(world);
      expect(new Set(Object.values(found))).toEqual(new Set(['quarantined']));
    }
  });

  fault(
    36,
    'reverting an earlier merge, as on 2026-04-23: the grant runs to its end, and somebody is told',
    async () => {
      const world = aWorld();
      grantRead(world, { duration: '2h' });
      await world.sweep();
      const next = world.github.open(erin, { [PAYMENTS]: aRequest({ duration: '1h' }) });
      world.github.approve(next, bob);
      mergedWrongly(world, next, { [PAYMENTS]: aRequest({ duration: '1h' }), [READ]: null });
      world.advance(HOUR);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(true);
      expect((await alertKeys(world)).join()).toMatch(/deleted:/);
      expect((await fates(world))[PAYMENTS]).toBe('quarantined');
    },
  );
});

describe('approval and push race', () => {
  type Step = 'approve' | 'push' | 'approve-first';
  const orders: readonly (readonly Step[])[] = [
    ['approve'],
    ['approve', 'push'],
    ['push', 'approve'],
    ['push', 'approve-first'],
    ['approve-first', 'push'],
    ['approve', 'push', 'approve'],
    ['approve', 'push', 'approve-first'],
    ['push', 'approve', 'approve-first'],
    ['push', 'approve-first', 'approve'],
    ['approve', 'push', 'push'],
    ['push', 'approve', 'push'],
    ['push', 'push', 'approve'],
  ];

  for (const steps of orders) {
    fault(37, steps.join(', '), async () => {
      const world = aWorld();
      const number = world.github.open(alice, { [READ]: aRequest({ duration: '1h' }) });
      const pull = world.github.pulls.get(number);
      const [first] = pull?.heads ?? [];
      for (const [at, step] of steps.entries()) {
        world.advance(MINUTE);
        if (step === 'push') world.github.amend(number, { [READ]: aRequest({ duration: `${at + 2}h` }) });
        else world.github.approve(number, bob);
        // What GitHub's page sends when it was opened before the push.
        if (step === 'approve-first') Object.assign(pull?.reviews.at(-1) ?? {}, { commit_id: first });
      }
      const last = pull?.reviews.at(-1);
      const isOfHead = last?.['commit_id'] === pull?.heads.at(-1);
      const decision = await atGate1(world, number);
      expect(decision.verdict).toBe(isOfHead ? 'allow' : 'pending');
      if (!isOfHead) expect(codesOf(decision)).toContain('review-stale');
      world.github.merge(number, 'squash', heidi);
      await world.sweep();
      expect(await fates(world)).toEqual({ [READ]: isOfHead ? 'authorised' : 'refused' });
      expect(world.target.held.has(READ_SLOT)).toBe(isOfHead);
    });
  }
});

describe('CODEOWNERS', () => {
  const VALID = '* @acme/security\n/requests/ @acme/orders\n';
  const broken: readonly (readonly [kind: string, code: string, text: string])[] = [
    ['no fallback', 'codeowners-fallback', '/requests/ @acme/orders\n'],
    ['a line without an owner', 'codeowners-owner-missing', `${VALID}/docs/\n`],
    ['an owner that is a word', 'codeowners-owner-form', `${VALID}/docs/ orders\n`],
    ['an e-mail address', 'codeowners-owner-form', `${VALID}/docs/ bob@acme.example\n`],
    ['two owners run together', 'codeowners-owner-form', `${VALID}/docs/ @bob@carol\n`],
    ['a negation', 'codeowners-pattern-negation', `${VALID}!/docs/ @bob\n`],
    ['a character range', 'codeowners-pattern-range', `${VALID}/docs/[ab].md @bob\n`],
    ['an escaped hash', 'codeowners-pattern-hash', `${VALID}\\#docs @bob\n`],
    ['an unanchored pattern', 'codeowners-pattern-anchor', `${VALID}docs/ @bob\n`],
    ['three stars', 'codeowners-pattern-stars', `${VALID}/docs/***/a @bob\n`],
    ['a star beside a star', 'codeowners-pattern-globstar', `${VALID}/docs/a**/b @bob\n`],
    ['a strange character', 'codeowners-pattern-character', `${VALID}/docs/a+b @bob\n`],
    ['a pattern that never matches', 'codeowners-pattern-never', `${VALID}/docs/../a @bob\n`],
    ['a hidden character', 'codeowners-hidden-character', `${VALID}/do\u200bcs/ @bob\n`],
    ['a section', 'codeowners-pattern-range', `${VALID}[Docs] @bob\n`],
    ['nothing', 'codeowners-fallback', ''],
    ['more than 3 MB', 'codeowners-too-large', `${VALID}${'# x\n'.repeat(800_000)}`],
  ];

  for (const [kind, code, text] of broken) {
    fault(38, `${kind}: refused as a change, and nothing is decided under it`, () => {
      const change = anEvidence()
        .by('heidi')
        .changing(aChange('CODEOWNERS', text, { status: 'modified' }))
        .approvedBy('grace')
        .approvedBy('erin');
      for (const decision of atBothGates(change)) {
        expect(decision.verdict).toBe('invalid');
        expect(codesOf(decision).join()).toContain(code);
      }
      for (const decision of atBothGates(anEvidence().governing('CODEOWNERS', text).approvedBy('bob'))) {
        expect(decision.verdict).toBe('fault');
        expect(codesOf(decision)).toContain('governance-invalid');
      }
    });
  }

  fault(38, 'missing, or twice', () => {
    const { evidence } = anEvidence().approvedBy('bob');
    const files = evidence.governing.files.filter(({ path }) => path !== 'CODEOWNERS');
    const none = decide({ ...evidence, governing: { ...evidence.governing, files } });
    expect([none.verdict, codesOf(none).includes('codeowners-missing')]).toEqual(['fault', true]);
    const twice = anEvidence().governing('.github/CODEOWNERS', '* @mallory\n').approvedBy('bob').decide();
    expect([twice.verdict, codesOf(twice).includes('codeowners-several')]).toEqual(['fault', true]);
  });

  fault(38, 'names a team that does not exist: its paths are nobody’s to approve, others go on', () => {
    const ghost = (path: string) =>
      anEvidence().governing('CODEOWNERS', (text) => text.replace(`${path} @acme/orders`, `${path} @acme/ghosts`));
    expectAllowed(anEvidence().approvedBy('bob'));
    for (const decision of atBothGates(ghost('/requests/orders-db/').approvedBy('bob'))) {
      expect(decision.verdict).toBe('fault');
      expect(codesOf(decision)).toContain('membership-unknown');
    }
    const other = ghost('/requests/orders-db/').by('erin').asking(PAYMENTS, { duration: '1h' });
    expectAllowed(other.approvedBy('bob'));
  });

  fault(38, 'names a person that the organisation does not have', () => {
    const stranger = anEvidence().governing('CODEOWNERS', (text) =>
      text.replace('/requests/orders-db/ @acme/orders', '/requests/orders-db/ @nobody'),
    );
    for (const decision of atBothGates(stranger.approvedBy('bob'))) {
      expect(decision.verdict).toBe('fault');
      expect(codesOf(decision)).toContain('membership-unknown');
    }
  });

  fault(38, 'broken by a push to the default branch: what is held ends in time, nothing new is granted', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.github.push({ CODEOWNERS: 'oops\n' });
    merged(world, {
      by: carol,
      approvedBy: [bob],
      files: { 'requests/orders-db/read-only/b.yaml': aRequest({ duration: '1h' }) },
    });
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.size).toBe(0);
    expect((await fates(world))['requests/orders-db/read-only/b.yaml']).not.toBe('authorised');
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(1);
  });
});

describe('a request from a fork', () => {
  for (const [what, repository] of [
    ['of another owner', 9999],
    ['that was deleted since', null],
  ] as const) {
    fault(56, `${what}: refused at both gates, its files read as data alone`, async () => {
      const world = aWorld();
      const number = world.github.open(alice, { [READ]: aRequest() });
      const pull = world.github.pulls.get(number);
      if (pull !== undefined) pull.headRepository = repository;
      world.github.approve(number, bob);
      world.github.approve(number, dan);
      const decision = await atGate1(world, number);
      expect(decision.verdict).toBe('invalid');
      expect(codesOf(decision)).toContain('pull-request-fork');
      world.github.merge(number, 'squash', heidi);
      expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'quarantined' });
    });
  }

  fault(56, 'is not let through by who pushed there, which nobody here can read', () => {
    const head = { ...anEvidence().evidence.pullRequest.head, repositoryId: 43 };
    const fork = anEvidence().pull({ head }).with({ pushers: null }).approvedBy('bob');
    for (const decision of atBothGates(fork)) expect(decision.verdict).toBe('invalid');
  });
});

// The builders know the same teams as the world in memory.
describe('the teams of these tests', () => {
  fault(27, 'are those of the example organisation', () => {
    expect([...aWorld().github.teams.keys()].sort()).toEqual(Object.keys(TEAMS).sort());
  });
});

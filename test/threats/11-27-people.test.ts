/** Who asks, who approves, and whether they are who they seem: at both gates. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Review } from '../../core/policy/evidence.ts';
import { matchDistinct } from '../../core/policy/matching.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { coAuthors } from '../../github/commits.ts';
import {
  aCommit,
  account,
  anEvidence,
  aReview,
  author,
  type EvidenceBuilder,
  HEAD,
  instant,
  NAMES,
  REQUEST,
  TIP,
  WEB_FLOW,
} from '../support/evidence.ts';
import { httpError } from '../support/memory-github.ts';
import { entriesOf, grantRead, READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';
import { atBothGates, atGate1, codesOf, expectAllowed, expectStopped, stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, carol, dan, heidi } = people;

/** Rules under which the on-call of orders may ask for any engineer. */
const onBehalf = (builder: EvidenceBuilder) =>
  builder.governing('policies/rules/databases.yaml', (text) =>
    text.replace(
      'name: reading needs an owner\n    for: [read-only]',
      'name: reading needs an owner\n    for: [read-only]\n    openers: [team:engineering]',
    ),
  );

describe('the requester', () => {
  threat(11, () => {
    const spoofed = anEvidence().by('mallory').fields({ requester: 'alice' }).approvedBy('bob');
    expectStopped(spoofed, 'document-field-unknown');
    const other = anEvidence().by('mallory').fields({ subject: 'person:alice' }).approvedBy('bob');
    expectStopped(other, 'opener-not-allowed');
    expectAllowed(anEvidence().by('mallory').fields({ subject: 'person:mallory' }).approvedBy('bob'));
  });

  threat(11, 'gate 2: whoever merges, the author of the pull request asks', async () => {
    const world = aWorld();
    const number = world.github.open(people.mallory, { [READ]: aRequest({ subject: 'person:alice' }) });
    world.github.approve(number, bob);
    expect((await atGate1(world, number)).verdict).toBe('deny');
    world.github.merge(number, 'squash', alice);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(12, () => {
    const asked = onBehalf(anEvidence().by('dan').fields({ subject: 'person:carol' }));
    expectStopped(asked.approvedBy('carol'), 'review-by-subject');
    expectAllowed(asked.approvedBy('bob'));
  });

  threat(12, 'nor does the requester approve', () => {
    expectStopped(anEvidence().by('bob').approvedBy('bob'), 'review-by-requester');
    expectAllowed(anEvidence().by('bob').approvedBy('carol'));
  });
});

describe('who had a hand in the branch', () => {
  const older = 'e'.repeat(40);

  threat(13, 'author or committer of any commit', () => {
    const first = (over: Parameters<typeof aCommit>[1]) =>
      anEvidence().commits(aCommit('alice', { sha: older, ...over }), aCommit('alice', { parents: [older] }));
    expectStopped(first({ author: author('bob') }).approvedBy('bob'), 'review-by-author');
    expectStopped(first({ committer: author('bob') }).approvedBy('bob'), 'review-by-committer');
    expectAllowed(first({ author: author('bob') }).approvedBy('carol'));
  });

  threat(13, 'a merge of the base is nobody’s work only as GitHub makes and signs it', () => {
    const merge = { parents: [older, TIP], author: author('bob'), committer: WEB_FLOW };
    const update = (over: object) =>
      anEvidence()
        .commits(aCommit('alice', { sha: older }), aCommit('bob', { ...merge, ...over }))
        .approvedBy('bob');
    expectAllowed(update({}));
    expectStopped(update({ committer: author('bob') }), 'review-by-author');
    expectStopped(update({ verified: false }), 'commit-unattributable');
    expectStopped(update({ parents: [older] }), 'review-by-author');
  });

  threat(14, () => {
    const nobody = { account: null, name: 'Bob', email: 'bob@nowhere.test' };
    expectStopped(
      anEvidence()
        .commits(aCommit('alice', { author: nobody }))
        .approvedBy('bob'),
      'commit-unattributable',
    );
    expectStopped(
      anEvidence()
        .commits(aCommit('alice', { committer: nobody }))
        .approvedBy('bob'),
      'commit-unattributable',
    );
    expectStopped(
      anEvidence()
        .commits(aCommit('alice', { coAuthors: [nobody] }))
        .approvedBy('bob'),
      'commit-unattributable',
    );
    expectAllowed(
      anEvidence()
        .commits(aCommit('alice', { committer: WEB_FLOW }))
        .approvedBy('bob'),
    );
    const claimed = aCommit('alice', { committer: WEB_FLOW, verified: false });
    expectStopped(anEvidence().commits(claimed).approvedBy('bob'), 'commit-unattributable');
  });

  threat(15, 'a co-author, wherever the line stands and however it is written', () => {
    const message =
      'Ask\n\nCo-authored-by: Bob <1002+bob@users.noreply.github.com>\n\nmore text\n  CO-AUTHORED-BY:x <y@z.test>\r\n';
    expect(coAuthors(message).map(({ email }) => email)).toEqual(['1002+bob@users.noreply.github.com', 'y@z.test']);
    const coAuthored = anEvidence().commits(aCommit('alice', { coAuthors: [author('bob')] }));
    expectStopped(coAuthored.approvedBy('bob'), 'review-by-co-author');
    expectAllowed(coAuthored.approvedBy('carol'));
  });

  threat(15, 'who pushed, and everybody where that is unknown', () => {
    const pushed = anEvidence().with({ pushers: [account('alice'), account('bob')] });
    expectStopped(pushed.approvedBy('bob'), 'review-by-pusher');
    expectAllowed(pushed.approvedBy('carol'));
    const unknown = anEvidence()
      .with({ pushers: null })
      .commits(aCommit('alice', { verified: false }));
    expectStopped(unknown.approvedBy('bob'), 'pushers-unknown');
  });

  threat(15, 'behind the second parent of a merge', () => {
    const side = 'd'.repeat(40);
    const hidden = anEvidence().commits(
      aCommit('bob', { sha: side }),
      aCommit('alice', { sha: older }),
      aCommit('alice', { parents: [older, side], committer: WEB_FLOW }),
    );
    expectStopped(hidden.approvedBy('bob'), 'review-by-author');
    expectAllowed(hidden.approvedBy('carol'));
  });

  threat(15, 'a conflict that somebody resolved on GitHub’s page, while pushers are unknown', () => {
    const merge = aCommit('bob', { parents: [older, TIP], committer: WEB_FLOW });
    const resolved = anEvidence()
      .with({ pushers: null })
      .commits(aCommit('alice', { sha: older }), merge);
    expectStopped(resolved.approvedBy('bob'), 'pushers-unknown');
  });

  threat(16, () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        aCommit('alice', { sha: at === 0 ? HEAD : String(at).padStart(40, '0') }),
      );
    expectAllowed(
      anEvidence()
        .commits(...many(20))
        .approvedBy('bob'),
    );
    expectStopped(
      anEvidence()
        .commits(...many(21))
        .approvedBy('bob'),
      'pull-request-too-large',
    );
    expectStopped(
      anEvidence()
        .commits(...many(3))
        .pull({ commits: 300 })
        .approvedBy('bob'),
      'pull-request-truncated',
    );
  });
});

describe('approvals', () => {
  threat(17, 'pure', () => {
    expectAllowed(anEvidence().approvedBy('bob'));
    expectStopped(anEvidence().approvedBy('bob', { commitId: 'f'.repeat(40) }), 'review-stale');
  });

  threat(17, 'gate 2: pushed after the approval, then merged', async () => {
    const world = aWorld();
    const number = grantReadAmended(world, { duration: '4h' });
    expect(codesOf(await atGate1(world, number))).toContain('review-stale');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(18, 'an approval long after the push of the commit it does not name', () => {
    const late = { commitId: 'f'.repeat(40), submittedAt: instant('2026-11-23T09:59:59Z') };
    expectStopped(anEvidence().approvedBy('bob', late), 'review-stale');
    const early = { submittedAt: instant('2026-11-20T00:00:00Z') };
    expectAllowed(anEvidence().approvedBy('bob', early));
  });

  threat(19, 'what was looked at is named by the review, not by when it came', () => {
    expectStopped(
      anEvidence().approvedBy('bob', { commitId: TIP, submittedAt: instant('2026-11-23T09:59:59Z') }),
      'review-stale',
    );
    const surprised = anEvidence().fields({ duration: '4h' }).approvedBy('bob', { limit: '1h' });
    for (const decision of atBothGates(surprised)) {
      expect(decision.verdict === 'allow' && decision.window?.length).toBe(HOUR);
    }
  });

  threat(20, () => {
    const states = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED', 'COMMENTED', 'PENDING'] as const;
    const step = fc.record({ who: fc.constantFrom('bob', 'carol'), state: fc.constantFrom(...states) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 9 }), (steps) => {
        const reviews = steps.map(({ who, state }, at): Review => {
          const submittedAt = state === 'PENDING' ? null : instant(`2026-11-23T09:5${at}:00Z`);
          return aReview(who, { id: at + 1, state, submittedAt });
        });
        const last = (who: string) =>
          steps.findLast((each) => each.who === who && each.state !== 'COMMENTED' && each.state !== 'PENDING')?.state;
        const states = [last('bob'), last('carol')];
        const isAllowed = states.includes('APPROVED') && !states.includes('CHANGES_REQUESTED');
        for (const { verdict } of atBothGates(anEvidence().with({ reviews }))) {
          expect(verdict).toBe(isAllowed ? 'allow' : 'pending');
        }
      }),
      { numRuns: 400, seed: 20 },
    );
  });

  threat(20, 'given in the same second, the later id speaks', () => {
    const reviews = [aReview('bob', { id: 9, state: 'CHANGES_REQUESTED' }), aReview('bob', { id: 8 })];
    expectStopped(anEvidence().with({ reviews }), 'changes-requested');
  });

  threat(21, () => {
    for (const state of ['PENDING', 'COMMENTED'] as const) {
      expectStopped(anEvidence().approvedBy('bob', { state }), 'review-not-a-verdict');
    }
    expectStopped(anEvidence().approvedBy('bob', { submittedAt: null }), 'review-not-a-verdict');
  });

  threat(21, 'a comment approves nothing, at neither gate', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    for (const text of ['LGTM', 'approved', ':+1:', '/gatepass approve', '/gatepass retry'])
      world.github.comment(number, bob, text);
    expect((await atGate1(world, number)).verdict).toBe('pending');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(22, () => {
    for (const type of ['Bot', 'Organization', 'Mannequin'] as const) {
      const user = { ...account('bob'), type };
      expectStopped(anEvidence().approvedBy('bob', { user }), 'review-by-bot');
    }
    const actions = { id: 41898282, login: 'github-actions[bot]', type: 'Bot' } as const;
    expectStopped(anEvidence().approvedBy('bob', { user: actions }), 'review-by-bot');
    expectStopped(
      anEvidence()
        .pull({ author: { ...account('alice'), type: 'Bot' } })
        .approvedBy('bob'),
      'pull-request-author',
    );
  });

  threat(23, 'an account outside the named teams counts for nothing, in the organisation or not', () => {
    const second = { id: 7777, login: 'bob-2', type: 'User' } as const;
    expectStopped(anEvidence().approvedBy('bob', { user: second }), 'review-by-outsider');
    const { members } = anEvidence().evidence;
    const joined = anEvidence().with({ members: [...(members ?? []), 7777] });
    expectStopped(joined.approvedBy('bob', { user: second }), 'review-not-eligible');
  });

  threat(23, 'two requirements from two teams take two people, one of each', () => {
    const write = anEvidence().asking('requests/orders-db/read-write/fix.yaml', { duration: '1h' });
    expectStopped(write.approvedBy('bob'), 'approval-missing');
    expectStopped(write.approvedBy('carol'), 'approval-missing');
    expectAllowed(write.approvedBy('bob').approvedBy('carol'));
  });

  threat(24, () => {
    const place = fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      by: fc.uniqueArray(fc.integer({ min: 1, max: 6 })),
    });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), (places) => {
        const filled = matchDistinct(places);
        const seated = filled.flat();
        expect(new Set(seated).size).toBe(seated.length);
        filled.forEach((people, at) => {
          expect(people.length).toBeLessThanOrEqual(places[at]?.count ?? 0);
          for (const person of people) expect(places[at]?.by).toContain(person);
        });
        expect(seated.length).toBe(most(places));
      }),
      { numRuns: 500, seed: 24 },
    );
  });

  threat(24, 'one person in both teams, or with two accounts of one id, is one', () => {
    const write = anEvidence().asking('requests/orders-db/read-write/fix.yaml', { duration: '1h' });
    expectStopped(write.approvedBy('carol').approvedBy('carol'), 'approval-missing');
    const lead = anEvidence().asking('requests/payments/lead/x.yaml', { duration: '1h' });
    expectStopped(lead.approvedBy('bob').approvedBy('bob'), 'approval-missing');
    expectAllowed(lead.approvedBy('bob').approvedBy('erin'));
  });
});

/** The most distinct people that can be seated, by trying everything. */
function most(places: readonly { readonly count: number; readonly by: readonly number[] }[]): number {
  const slots = places.flatMap(({ count, by }) => Array.from({ length: count }, () => by));
  const best = (at: number, used: ReadonlySet<number>): number => {
    const by = slots[at];
    if (by === undefined) return used.size;
    const taken = by.filter((person) => !used.has(person)).map((person) => best(at + 1, new Set([...used, person])));
    return Math.max(best(at + 1, used), ...taken);
  };
  return best(0, new Set());
}

function grantReadAmended(world: ReturnType<typeof aWorld>, fields: Record<string, string>): number {
  const number = world.github.open(alice, { [READ]: aRequest() });
  world.github.approve(number, bob);
  world.github.amend(number, { [READ]: aRequest(fields) });
  return number;
}

describe('teams', () => {
  threat(25, 'only active members count', () => {
    expectAllowed(anEvidence().approvedBy('bob'));
    const invited = { id: 1002, login: 'bob', state: 'pending' } as const;
    expectStopped(
      anEvidence()
        .team('orders', { members: [invited] })
        .approvedBy('bob'),
      'review-not-eligible',
    );
    const gone = NAMES.filter((name) => name !== 'bob').map((name) => account(name).id);
    expectStopped(anEvidence().with({ members: gone }).approvedBy('bob'), 'review-by-outsider');
  });

  threat(25, 'gate 2 reads memberships again before it grants', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.approve(number, bob);
    expect((await atGate1(world, number)).verdict).toBe('allow');
    world.github.merge(number);
    world.github.users.splice(1, 1);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(26, 'a team that was not read, or not in full, is unknown', () => {
    for (const hidden of [
      anEvidence().withoutTeam('orders'),
      anEvidence().team('orders', { names: [], complete: false }),
    ]) {
      for (const decision of atBothGates(hidden.approvedBy('bob'))) {
        expect(decision.verdict).toBe('fault');
        expect(codesOf(decision)).toContain('membership-unknown');
      }
    }
    const blind = anEvidence().with({ members: null }).approvedBy('bob');
    for (const decision of atBothGates(blind)) expect(decision.verdict).toBe('fault');
  });

  threat(26, 'an exclusion that cannot be read excludes', () => {
    const service = anEvidence()
      .fields({ subject: 'service:checkout-deploy' })
      .governing('policies/rules/databases.yaml', (text) =>
        text.replace(
          'for: [read-only]\n    subjects: [team:engineering]',
          'for: [read-only]\n    subjects: [service:checkout-deploy]\n    openers: [team:engineering]',
        ),
      );
    expectAllowed(service.approvedBy('carol'));
    expectStopped(service.withoutTeam('payments').approvedBy('carol'), 'membership-unknown');
    expectStopped(service.approvedBy('bob'), 'review-by-controller');
  });

  threat(26, 'a 404 at gate 2 waits, and grants nothing', async () => {
    const world = aWorld();
    const number = grantRead(world);
    world.github.before = (route, { team_slug }) => {
      if (route.endsWith('/members') && team_slug === 'orders') throw httpError(404, 'Not Found');
    };
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'deferred' });
    world.advance(30 * MINUTE);
    world.github.before = () => {};
    await world.sweep();
    expect(world.target.sent).toHaveLength(1);
    expect(number).toBe(1);
  });

  threat(27, 'another account under a known login is a stranger', () => {
    const recycled = { id: 7777, login: 'bob', type: 'User' } as const;
    const { members } = anEvidence().evidence;
    const joined = anEvidence().with({ members: [...(members ?? []), 7777] });
    expectStopped(joined.approvedBy('bob', { user: recycled }), 'review-not-eligible');
    expectStopped(joined.pull({ author: { ...recycled, login: 'alice' } }).approvedBy('bob'), 'subject-unknown');
  });

  threat(27, 'a renamed account is the same person', () => {
    const renamed = { ...account('bob'), login: 'robert' };
    expectAllowed(anEvidence().approvedBy('bob', { user: renamed }));
    expectStopped(anEvidence().by('bob').approvedBy('bob', { user: renamed }), 'review-by-requester');
  });

  threat(27, 'a pinned team that was made again under its name is unknown', () => {
    const { id } = anEvidence().evidence.teams['orders'] ?? { id: 0 };
    const pinned = anEvidence().governing('policies/people.yaml', (text) => `${text}teams: { orders: ${id} }\n`);
    expectAllowed(pinned.approvedBy('bob'));
    const again = pinned.team('orders', { id: 999, names: ['mallory'] });
    for (const decision of atBothGates(again.approvedBy('mallory'))) expect(decision.verdict).toBe('fault');
    const below = pinned.team('orders-helpers', { id: 998, parent: 'orders', names: ['dan'] });
    expectAllowed(below.approvedBy('dan'));
  });

  threat(27, 'the ledger names people by id', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    const [authorised] = await entriesOf(world, 'authorised');
    expect(authorised?.authority.approvals.map(({ user }) => user.id)).toEqual([bob.id]);
    expect(authorised?.authority.opener.id).toBe(alice.id);
    expect(authorised?.grant.subject.id).toBe(alice.id);
    expect([carol, dan, heidi].map(({ id }) => id)).not.toContain(authorised?.grant.subject.id);
    expect(authorised?.request.path).toBe(REQUEST);
  });
});

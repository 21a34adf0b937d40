/** Whose approval counts (threats 12–15, 17–24, 86, 89). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../../core/policy/evidence.ts';
import { speakingReviews } from '../../../core/policy/reviews.ts';
import { type Instant, plus } from '../../../core/time.ts';
import { codesOf } from '../../support/decisions.ts';
import {
  aChange,
  aCommit,
  account,
  anEvidence,
  aReview,
  author,
  type EvidenceBuilder,
  HEAD,
  instant,
  NOW,
  TIP,
  WEB_FLOW,
} from '../../support/evidence.ts';

const OLD = 'f'.repeat(40);
const FIRST = '1'.repeat(40);
const before = instant('2026-11-23T09:40:00Z');
const after = instant('2026-11-23T09:55:00Z');

/** `null`: GitHub does not tell when. */
function dismissed(at: Instant | null): EvidenceBuilder {
  const told = at === null ? {} : { dismissed: { at, was: 'APPROVED' as const } };
  return anEvidence().approvedBy('bob', { state: 'DISMISSED', ...told });
}

const SUBMITTED = instant('2026-11-23T09:50:00Z');

/** So many seconds after it was submitted; `null`: never. */
function edited(seconds: number | null, by: number | null = 1002): EvidenceBuilder {
  const edit = seconds === null ? null : { at: plus(SUBMITTED, seconds * 1000), by };
  return anEvidence().approvedBy('bob', { submittedAt: SUBMITTED, edited: edit });
}

function editedAndDismissed(): EvidenceBuilder {
  const at = plus(NOW, 1000);
  const over = { state: 'DISMISSED', dismissed: { at, was: 'APPROVED' }, edited: { at, by: 1001 } } as const;
  return anEvidence().approvedBy('bob', over).merged();
}

describe('an approval', () => {
  const cases: readonly (readonly [string, string, EvidenceBuilder])[] = [
    ['counts: an owner, on the head', 'review-counts', anEvidence().approvedBy('bob')],
    ['is of an older commit', 'review-stale', anEvidence().approvedBy('bob', { commitId: OLD })],
    ['is a comment', 'review-not-a-verdict', anEvidence().approvedBy('bob', { state: 'COMMENTED' })],
    [
      'is a draft review',
      'review-not-a-verdict',
      anEvidence().approvedBy('bob', { state: 'PENDING', submittedAt: null }),
    ],
    [
      'is a draft review with a time all the same',
      'review-not-a-verdict',
      anEvidence().approvedBy('bob', { state: 'PENDING' }),
    ],
    ['was never submitted', 'review-not-a-verdict', anEvidence().approvedBy('bob', { submittedAt: null })],
    ['was dismissed', 'review-dismissed', anEvidence().approvedBy('bob', { state: 'DISMISSED' })],
    ['was dismissed before the merge', 'review-dismissed', dismissed(before).merged()],
    ['was dismissed at the merge', 'review-dismissed', dismissed(NOW).merged()],
    ['was dismissed after the merge', 'review-counts', dismissed(plus(NOW, 1000)).merged()],
    ['was dismissed at an instant to come, without a merge', 'review-dismissed', dismissed(plus(NOW, 1000))],
    ['was dismissed, nobody knows when', 'review-dismissed', dismissed(null).merged()],
    ['was never edited', 'review-counts', edited(null)],
    ['was saved once more as it was submitted', 'review-counts', edited(5)],
    ['was edited by its author since', 'review-edited', edited(6)],
    ['was edited by somebody else', 'review-edited', edited(6, 1001)],
    ['was edited by somebody else in the same second', 'review-edited', edited(0, 1001)],
    ['was edited by an account that is gone', 'review-edited', edited(6, null)],
    ['was dismissed after the merge, and edited', 'review-edited', editedAndDismissed()],
    ['is by a bot', 'review-by-bot', anEvidence().approvedBy('bob', { user: { ...account('bob'), type: 'Bot' } })],
    [
      'is by a placeholder account',
      'review-by-bot',
      anEvidence().approvedBy('bob', { user: { ...account('bob'), type: 'Mannequin' } }),
    ],
    ['is by the requester', 'review-by-requester', anEvidence().by('bob').approvedBy('bob')],
    [
      'is by the author of a commit',
      'review-by-author',
      anEvidence()
        .commits(aCommit('bob', { sha: FIRST }), aCommit('alice'))
        .approvedBy('bob'),
    ],
    [
      'is by the committer of a commit',
      'review-by-committer',
      anEvidence()
        .commits(aCommit('alice', { committer: author('bob') }))
        .approvedBy('bob'),
    ],
    [
      'is by a co-author',
      'review-by-co-author',
      anEvidence()
        .commits(aCommit('alice', { coAuthors: [author('bob')] }))
        .approvedBy('bob'),
    ],
    [
      'is by a pusher',
      'review-by-pusher',
      anEvidence()
        .with({ pushers: [account('alice'), account('bob')] })
        .approvedBy('bob'),
    ],
    ['is by somebody in no owning team', 'review-not-eligible', anEvidence().approvedBy('mallory')],
    [
      'is by somebody who left the organisation',
      'review-by-outsider',
      anEvidence()
        .with({ members: [1001] })
        .approvedBy('bob'),
    ],
    ['is by an owner whose membership is pending', 'review-not-eligible', pendingOwner().approvedBy('bob')],
    [
      'is by an unknown member of the organisation',
      'membership-unknown',
      anEvidence()
        .by('erin')
        .asking('requests/payments/operator/x.yaml', { duration: '1h' })
        .with({ members: null })
        .approvedBy('bob'),
    ],
    [
      'is by an owner of an unreadable team',
      'membership-unknown',
      anEvidence().withoutTeam('orders').approvedBy('bob'),
    ],
    [
      'is by somebody whom an incomplete team does not list',
      'membership-unknown',
      anEvidence().team('orders', { complete: false, names: [] }).approvedBy('bob'),
    ],
    [
      'is by somebody whom an incomplete team does list',
      'review-counts',
      anEvidence().team('orders', { complete: false }).approvedBy('bob'),
    ],
    ['came at the merge', 'review-counts', anEvidence().approvedBy('bob', { submittedAt: NOW }).merged()],
    [
      'came a second after the merge',
      'review-after-merge',
      anEvidence()
        .approvedBy('bob', { submittedAt: plus(NOW, 1000) })
        .merged(),
    ],
    [
      'came before the base was changed',
      'review-before-retarget',
      anEvidence()
        .pull({ retargetedAt: [after] })
        .approvedBy('bob'),
    ],
    [
      'came in the same second as the change of base',
      'review-before-retarget',
      anEvidence()
        .pull({ retargetedAt: [after] })
        .approvedBy('bob', { submittedAt: after }),
    ],
    [
      'came after the base was changed',
      'review-counts',
      anEvidence()
        .pull({ retargetedAt: [before, after] })
        .approvedBy('bob', { submittedAt: plus(after, 1000) }),
    ],
    ['has a limit that is no duration', 'review-limit-malformed', anEvidence().approvedBy('bob', { limit: '1 hour' })],
    ['has a limit that is a duration', 'review-counts', anEvidence().approvedBy('bob', { limit: '30m' })],
    [
      'is by a member of a child team',
      'review-counts',
      anEvidence()
        .team('orders', { names: ['carol'] })
        .team('orders-db', { parent: 'orders', names: ['bob'] })
        .approvedBy('bob'),
    ],
    [
      'is by somebody of an unreadable child team',
      'membership-unknown',
      anEvidence()
        .team('orders', { names: ['carol'] })
        .team('orders-db', { parent: 'orders', complete: false })
        .approvedBy('bob'),
    ],
  ];

  it.each(cases)('%s: %s', (_, code, evidence) => {
    const decision = evidence.decide();
    const finding = decision.reviews.at(-1);
    // What faults before approvals are counted shows no reviews, only the reason.
    expect(finding?.code ?? codesOf(decision).at(-1)).toBe(code);
    expect(decision.verdict === 'allow').toBe(code === 'review-counts');
  });

  function pendingOwner() {
    const { id } = account('bob');
    return anEvidence().team('orders', { members: [{ id, login: 'bob', state: 'pending' }] });
  }

  it('by one more than needed is valid, but not needed', () => {
    const decision = anEvidence().approvedBy('bob').approvedBy('carol').decide();
    expect(decision.reviews.map((review) => [review.user.login, review.code])).toEqual([
      ['bob', 'review-counts'],
      ['carol', 'review-not-needed'],
    ]);
  });

  it('of an automatic request is not needed', () => {
    const decision = anEvidence().by('carol').fields({ duration: '1h' }).approvedBy('bob').decide();
    expect(decision.reviews.map((review) => review.code)).toEqual(['review-not-needed']);
    expect(decision.verdict).toBe('allow');
  });

  it('says who could approve instead, awake or not, without those who may not', () => {
    const decision = anEvidence()
      .at('2026-11-23T18:30:00Z')
      .with({ pushers: [account('alice')] })
      .approvedBy('alice')
      .decide();
    const [requirement] = 'requirements' in decision ? decision.requirements : [];
    expect(requirement?.candidates).toEqual([
      { id: 1002, login: 'bob', awake: true },
      { id: 1003, login: 'carol', awake: true },
      // New York is six hours behind Berlin; widened to SRE after half an hour.
      { id: 1004, login: 'dan', awake: true },
      { id: 1005, login: 'erin', awake: true },
    ]);
  });

  it('names nobody who has left the organisation', () => {
    const members = anEvidence().evidence.members?.filter((id) => id !== account('carol').id) ?? null;
    const decision = anEvidence().with({ members }).decide();
    const [requirement] = 'requirements' in decision ? decision.requirements : [];
    expect(requirement?.candidates.map(({ login }) => login)).toEqual(['bob']);
  });

  it('says to ask five of them at most', () => {
    const names = ['bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'heidi'];
    const reasons = anEvidence().team('orders', { names }).decide().reasons;
    expect(reasons.find(({ code }) => code === 'approval-missing')?.message).toContain(
      'ask bob or carol or dan or erin or frank',
    );
    expect(reasons.map(({ message }) => message).join()).not.toContain('grace');
  });

  it('names candidates who are in no people file by the logins that the team gives, sorted', () => {
    const strangers = [
      { id: 7001, login: 'zoe', state: 'active' as const },
      { id: 7002, login: 'ann', state: 'active' as const },
    ];
    const evidence = anEvidence()
      .team('orders', { members: strangers })
      .with({ members: [1001, 7001, 7002] });
    const decision = evidence.decide();
    const [requirement] = 'requirements' in decision ? decision.requirements : [];
    expect(requirement?.candidates).toEqual([
      { id: 7002, login: 'ann', awake: null },
      { id: 7001, login: 'zoe', awake: null },
    ]);
  });
});

describe('a merge of the base branch', () => {
  const merge = { parents: [FIRST, TIP], committer: WEB_FLOW } as const;
  const alices = aCommit('alice', { sha: FIRST });

  it.each([
    ['by GitHub bars nobody', 'review-counts', [alices, aCommit('bob', merge)]],
    ['by hand bars its author', 'review-by-author', [alices, aCommit('bob', { ...merge, committer: author('bob') })]],
    [
      'of a branch inside the pull request bars its author',
      'review-by-author',
      [alices, aCommit('bob', { ...merge, parents: [TIP, FIRST] })],
    ],
    [
      'with three parents bars its author',
      'review-by-author',
      [alices, aCommit('bob', { ...merge, parents: [FIRST, TIP, OLD] })],
    ],
  ] as const)('%s: %s', (_, code, commits) => {
    const decision = anEvidence()
      .commits(...commits)
      .approvedBy('bob')
      .decide();
    expect(decision.reviews.at(-1)?.code).toBe(code);
  });
});

describe('unknown pushers', () => {
  it.each([
    ['leave approvals when every commit is signed and the opener’s', 'review-counts', [aCommit('alice')]],
    [
      'leave approvals when GitHub committed for the opener',
      'review-counts',
      [aCommit('alice', { committer: WEB_FLOW })],
    ],
    [
      'leave approvals over a merge of the base by GitHub for the opener',
      'review-counts',
      [aCommit('alice', { sha: FIRST }), aCommit('alice', { parents: [FIRST, TIP], committer: WEB_FLOW })],
    ],
    [
      'void approvals over a merge of the base for somebody else, who may have resolved a conflict in it',
      'pushers-unknown',
      [aCommit('alice', { sha: FIRST }), aCommit('carol', { parents: [FIRST, TIP], committer: WEB_FLOW })],
    ],
    ['void approvals when a commit is not signed', 'pushers-unknown', [aCommit('alice', { verified: false })]],
    ['void approvals when somebody else wrote a commit', 'pushers-unknown', [aCommit('mallory')]],
    [
      'void approvals when somebody else committed',
      'pushers-unknown',
      [aCommit('alice', { committer: author('mallory') })],
    ],
  ] as const)('%s: %s', (_, code, commits) => {
    const decision = anEvidence()
      .with({ pushers: null })
      .commits(...commits)
      .approvedBy('bob')
      .decide();
    expect(decision.reviews.at(-1)?.code).toBe(code);
    expect(decision.verdict).toBe(code === 'review-counts' ? 'allow' : 'pending');
  });

  it.each([
    ['void approvals where an app pushed for somebody', 'pushers-unknown', false],
    ['leave approvals where an app pushed what the opener signed', 'review-counts', true],
  ] as const)('%s: %s', (_, code, verified) => {
    const decision = anEvidence()
      .with({ pushers: [account('alice'), account('github-actions[bot]', 'Bot')] })
      .commits(aCommit('alice', { verified }))
      .approvedBy('bob')
      .decide();
    expect(decision.reviews.at(-1)?.code).toBe(code);
  });

  it.each([
    ['void approvals of what the account of all workflows opened and signed', 'github-actions[bot]', 'pushers-unknown'],
    ['leave approvals of what another app opened and signed', 'dependabot[bot]', 'review-counts'],
  ] as const)('%s', (_, login, code) => {
    const bot = account(login, 'Bot');
    const decision = anEvidence()
      .changing(aChange('README.md', null, { status: 'modified' }))
      .pull({ author: bot })
      .with({ pushers: [bot] })
      .commits(
        aCommit('alice', {
          author: { account: bot, name: login, email: 'bot@users.noreply.github.com' },
          committer: WEB_FLOW,
        }),
      )
      .approvedBy('erin')
      .decide();
    expect(decision.reviews.at(-1)?.code).toBe(code);
  });

  it('do not matter where nothing needs an approval', () => {
    const evidence = anEvidence()
      .by('carol')
      .fields({ duration: '1h' })
      .with({ pushers: null })
      .commits(aCommit('carol', { verified: false }));
    expect(codesOf(evidence.decide())).not.toContain('pushers-unknown');
    expect(evidence.decide().verdict).toBe('allow');
  });
});

describe('requested changes', () => {
  const changes = { state: 'CHANGES_REQUESTED' } as const;

  it.each([
    ['by an owner block', 'pending', anEvidence().approvedBy('bob').approvedBy('carol', changes)],
    [
      'by an owner block on older commits too',
      'pending',
      anEvidence()
        .approvedBy('bob')
        .approvedBy('carol', { ...changes, commitId: OLD }),
    ],
    [
      'by the same owner before an approval do not',
      'allow',
      anEvidence()
        .approvedBy('bob', { ...changes, submittedAt: before })
        .approvedBy('bob'),
    ],
    [
      'by the same owner after an approval do',
      'pending',
      anEvidence()
        .approvedBy('bob')
        .approvedBy('bob', { ...changes, submittedAt: after }),
    ],
    ['by somebody else do not', 'allow', anEvidence().approvedBy('bob').approvedBy('mallory', changes)],
    ['by the requester do not', 'allow', anEvidence().approvedBy('bob').approvedBy('alice', changes)],
    [
      'that were dismissed after the merge do',
      'pending',
      anEvidence()
        .approvedBy('bob')
        .approvedBy('carol', { state: 'DISMISSED', dismissed: { at: plus(NOW, 1000), was: 'CHANGES_REQUESTED' } })
        .merged(),
    ],
    ['that were dismissed do not', 'allow', anEvidence().approvedBy('bob').approvedBy('carol', { state: 'DISMISSED' })],
    [
      'after the merge do not',
      'allow',
      anEvidence()
        .approvedBy('bob')
        .approvedBy('carol', { ...changes, submittedAt: plus(NOW, 1000) })
        .merged(),
    ],
    [
      'by somebody of an unreadable team block',
      'pending',
      anEvidence()
        .governing('CODEOWNERS', (text) =>
          text.replace('/requests/orders-db/ @acme/orders', '/requests/orders-db/ @acme/orders @acme/secret'),
        )
        .approvedBy('bob')
        .approvedBy('mallory', changes),
    ],
  ] as const)('%s', (_, verdict, evidence) => {
    expect(evidence.decide().verdict).toBe(verdict);
  });
});

describe('the limit', () => {
  it.each([
    ['of the approver', '1h', ['1h']],
    ['the smallest, over all eligible approvers', '30m', ['1h', '30m']],
    ['nothing, when it is longer than what is asked', '2h', ['3h']],
  ] as const)('is %s', (_, length, limits) => {
    const names = ['bob', 'carol'] as const;
    const evidence = limits.reduce(
      (built, limit, index) => built.approvedBy(names[index] ?? 'bob', { limit }),
      anEvidence(),
    );
    const decision = evidence.decide();
    const minutes = { '1h': 60, '30m': 30, '2h': 120 }[length];
    expect('window' in decision && decision.window?.length).toBe(minutes * 60_000);
  });

  it('of somebody who may not approve does nothing', () => {
    const decision = anEvidence().approvedBy('bob').approvedBy('mallory', { limit: '5m' }).decide();
    expect('window' in decision && decision.window?.length).toBe(2 * 3_600_000);
  });

  it('shortens how long an action may be started', () => {
    const evidence = anEvidence()
      .asking('requests/checkout/restart/x.yaml', { within: '1h', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
      .approvedBy('bob', { limit: '10m' });
    const decision = evidence.decide();
    expect('run' in decision && decision.run?.within).toBe(600_000);
  });
});

describe('the latest decisive review', () => {
  const review = fc.record({
    name: fc.constantFrom('bob', 'carol'),
    state: fc.constantFrom('APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING'),
    minute: fc.integer({ min: 0, max: 9 }),
    isHead: fc.boolean(),
  });

  it('of each person decides, as a naive reading in order finds', () => {
    fc.assert(
      fc.property(fc.array(review, { maxLength: 8 }), (sequence) => {
        const reviews = sequence.map(
          ({ name, state, minute, isHead }, index): Review =>
            aReview(name, {
              id: index + 1,
              state: state as Review['state'],
              submittedAt: state === 'PENDING' ? null : plus(before, minute * 60_000),
              commitId: isHead ? HEAD : OLD,
            }),
        );
        const expected = new Map<string, string>();
        const inOrder = reviews
          .filter((one) => one.submittedAt !== null)
          .sort((a, b) => Date.parse(a.submittedAt ?? '') - Date.parse(b.submittedAt ?? '') || a.id - b.id);
        for (const { user, state, commitId } of inOrder) {
          if (state === 'APPROVED') expected.set(user.login, commitId === HEAD ? 'approving' : 'void');
          if (state === 'CHANGES_REQUESTED') expected.set(user.login, 'blocking');
          if (state === 'DISMISSED') expected.set(user.login, 'void');
        }
        const spoken = speakingReviews(anEvidence().with({ reviews }).evidence);
        for (const name of ['bob', 'carol']) {
          const loud = spoken.filter((one) => one.review.user.login === name && one.is !== 'void').map((one) => one.is);
          const naive = expected.get(name) ?? 'void';
          expect(loud).toEqual(naive === 'void' ? [] : [naive]);
        }
      }),
    );
  });

  it.each(['APPROVED', 'CHANGES_REQUESTED'] as const)('of one second is the one with the greater id: %s', (last) => {
    const first = last === 'APPROVED' ? 'CHANGES_REQUESTED' : 'APPROVED';
    const listed = [aReview('bob', { id: 9, state: last }), aReview('bob', { id: 8, state: first })];
    for (const reviews of [listed, listed.toReversed()])
      expect(anEvidence().with({ reviews }).decide().verdict).toBe(last === 'APPROVED' ? 'allow' : 'pending');
  });

  it('does not depend on the order in which they are listed', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const all = [
          aReview('bob', { id: 1, submittedAt: before }),
          aReview('bob', { id: 2, state: 'DISMISSED' }),
          aReview('carol', { id: 3 }),
          aReview('dan', { id: 4, submittedAt: null }),
        ];
        const decided = (reviews: readonly Review[]) => JSON.stringify(anEvidence().with({ reviews }).decide());
        expect(decided(order.map((index) => all[index] as Review))).toBe(decided(all));
      }),
    );
  });
});

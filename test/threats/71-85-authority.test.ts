/** What makes an approval one: the policies that were in force, the ledger, the order of things, and what is really there. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import type { Allow } from '../../core/policy/decision.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { grantTerms } from '../../sweep/grant-terms.ts';
import { anEvidence, type EvidenceBuilder, governingFiles } from '../support/evidence.ts';
import { forgeEntries, setLedger } from '../support/forge.ts';
import { aSlot, authorised, grantId, minute } from '../support/ledger.ts';
import { httpError } from '../support/memory-github.ts';
import { World } from '../support/plan-world.ts';
import { alertKeys, entriesOf, grantRead, killed, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aSigner, aWorld, people, type TestWorld } from '../support/world.ts';
import { atBothGates, atGate1, codesOf, expectAllowed, expectStopped, stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, carol, dan, erin, grace, heidi, mallory } = people;
const RULES = 'policies/rules/databases.yaml';
const CATALOG = 'policies/catalog/databases.yaml';
const TEAMS = 'policies/catalog/teams.yaml';
const OPERATOR = 'requests/payments/operator/payouts.yaml';
const LEAD = 'requests/payments/lead/payouts.yaml';
const WRITE = 'requests/orders-db/read-write/fix.yaml';
const MOVE = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';

function textOf(world: TestWorld, path: string): string {
  const text = world.github.git.tip('main').files.get(path)?.text;
  if (text === undefined) throw new Error(`no ${path}`);
  return text;
}

const stopKeys = async (world: TestWorld) => (await world.sweep()).stops.map(({ key }) => key);
const codes = async (world: TestWorld, type: 'refused' | 'quarantined' | 'lapsed') =>
  (await entriesOf(world, type)).map(({ code }) => code);

describe('policies that nobody accepted', () => {
  const looser: readonly [string, (world: TestWorld) => Record<string, string>][] = [
    ['rules', (world) => ({ [RULES]: textOf(world, RULES).replaceAll('max: 4h', 'max: 400h') })],
    ['code owners', () => ({ CODEOWNERS: '* @mallory\n' })],
    [
      'people',
      (world) => ({ 'policies/people.yaml': textOf(world, 'policies/people.yaml').replace('id: 1002', 'id: 1009') }),
    ],
    [
      'a rota',
      (world) => ({ 'policies/rotas.yaml': textOf(world, 'policies/rotas.yaml').replace('[carol, bob]', '[mallory]') }),
    ],
    ['the workflow of the sweep', () => ({ '.github/workflows/gatepass.yml': 'on: push\n' })],
  ];
  for (const [what, files] of looser) {
    threat(71, what, async () => {
      const world = aWorld();
      world.github.push(files(world));
      merged(world, { by: mallory, approvedBy: [mallory, dan], files: { [READ]: aRequest({ duration: '4h' }) } });
      grantRead(world, {}, 'requests/orders-db/read-only/fine.yaml');
      expect(await stopKeys(world)).toContain('governing-refused');
      expect(world.target.sent).toEqual([]);
      expect(await entriesOf(world, 'governing-accepted')).toEqual([]);
    });
  }

  threat(77, 'there is no such setting', () => {
    for (const more of ['ledger: acme/empty', 'plan: true', 'dryRun: true', 'ledgerBranch: mine']) {
      const files = governingFiles().map((file) =>
        file.path === 'policies/settings.yaml' ? { ...file, text: `${file.text}${more}\n` } : file,
      );
      expect(parseGovernance(files).ok).toBe(false);
    }
  });

  threat(77, 'a ledger that is missing, or another’s, grants nothing', async () => {
    const missing = aWorld();
    grantRead(missing);
    setLedger(missing, null);
    expect(await stopKeys(missing)).toEqual(['ledger-missing']);
    const others = aWorld();
    grantRead(others);
    expect((await others.as({ signer: aSigner() })).stops.map(({ key }) => key)).toEqual(['ledger-broken']);
    const elsewhere = aWorld();
    elsewhere.github.repositoryId = 4242;
    expect(await stopKeys(elsewhere)).toEqual(['wrong-repository']);
    for (const world of [missing, others, elsewhere]) expect(world.target.sent).toEqual([]);
  });
});

describe('lines of the ledger that are forged', () => {
  const claim = () => authorised(42, { resource: 'orders-db', entitlement: 'read-only' });

  threat(72, 'without the key: everything is held, nothing is granted', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    await forgeEntries(world, aSigner(), [claim()]);
    expect(await stopKeys(world)).toEqual(['ledger-broken']);
    expect(world.target.sent).toHaveLength(1);
  });

  threat(72, 'with the key: an approval that cannot be derived again is not applied', async () => {
    const world = aWorld();
    await world.sweep();
    const genesis = (await world.ledger()).state.genesis?.root.commit ?? '';
    const commit = world.github.push({ [READ]: aRequest() });
    await forgeEntries(world, world.signer, [
      authorised(
        42,
        { resource: 'orders-db', entitlement: 'read-only' },
        { commit, governing: { parent: genesis, tip: genesis } },
      ),
    ]);
    const report = await world.sweep();
    expect(await codes(world, 'lapsed')).toEqual(['no-pull-request']);
    expect(report.granted).toEqual([]);
    expect(world.target.sent).toEqual([]);
  });

  threat(72, 'with the key: a removal that was not made is seen through', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const [ensure] = await entriesOf(world, 'intent');
    if (ensure === undefined) throw new Error('no intent');
    world.advance(HOUR);
    const { v: _v, seq: _s, prev: _p, at, ...body } = ensure;
    const because = { why: 'expired', grants: [ensure.grant] } as const;
    const times = { due: at, issued: at, confirmed: at };
    await forgeEntries(world, world.signer, [
      { ...body, id: 'forged', effect: 'remove', before: 'granted', after: null, asks: null, because },
      {
        type: 'outcome',
        intent: 'forged',
        grant: ensure.grant,
        effect: 'remove',
        slot: ensure.slot.key,
        result: 'done',
        observed: null,
        detail: null,
        ...times,
      },
    ]);
    await world.sweep();
    // What is there may be somebody else's by now, so it is not taken, and a person is told.
    expect(await alertKeys(world)).toEqual([`drift-added:${READ_SLOT}`]);
  });
});

describe('rules', () => {
  const failing = (evidence = anEvidence()) =>
    evidence
      .governing('policies/organization.yaml', (text) => `${text}signals: { incident: bool }\n`)
      .governing(RULES, (text) =>
        text
          .replace('&& history.grants7d < 10', '&& signals.incident')
          .replace(
            '    max: 4h\n    approvals: [] # explicitly none: automatic',
            '    max: 30m\n    approvals:\n      - { from: [team:dba], count: 1 }',
          ),
      );

  threat(73, () => {
    const lengths = fc.integer({ min: 1, max: 239 });
    fc.assert(
      fc.property(lengths, fc.subarray(['bob', 'dan', 'erin']), (minutes, approvers) => {
        const asked = failing(
          anEvidence()
            .by('carol')
            .fields({ duration: `${minutes}m` }),
        );
        const reviewed = approvers.reduce((evidence, name) => evidence.approvedBy(name), asked);
        // Carol is on call: whether the first rule is hers cannot be told, so its half hour and its DBA are kept.
        const isWhole = minutes <= 30 && approvers.includes('bob') && approvers.includes('dan');
        for (const decision of atBothGates(reviewed)) expect(decision.verdict === 'allow').toBe(isWhole);
      }),
      { numRuns: 60 },
    );
  });

  threat(74, () => {
    const looser =
      '  - name: anything goes\n    for: [read-only]\n    subjects: [team:engineering]\n    max: 40h\n    approvals: []\n';
    const asked = (duration: string) =>
      anEvidence()
        .by('carol')
        .fields({ duration })
        .governing(RULES, (text) => text + looser);
    expectAllowed(asked('4h'));
    expectStopped(asked('5h'), 'duration-over-max');
  });

  threat(75, 'a team above the one that is filled approves', () => {
    const operator = anEvidence().by('erin').asking(OPERATOR, { duration: '1h' }).approvedBy('bob');
    expectAllowed(operator);
    expectStopped(operator.team('payments-production', { parent: 'payments' }), 'binding-governs');
    const deep = operator
      .team('payments-production', { parent: 'middle' })
      .team('middle', { names: [], parent: 'security' });
    expectStopped(deep, 'binding-governs');
  });

  threat(75, 'the access repository itself, by any provider', () => {
    const reaching = anEvidence()
      .approvedBy('bob')
      .governing(CATALOG, (text) =>
        text.replace('credentials: ORDERS_PG', 'credentials: ORDERS_PG, repository: acme/access'),
      );
    expectStopped(reaching, 'binding-governs');
  });

  threat(75, 'such a catalog governs nothing, though its owners approve it', async () => {
    const world = aWorld();
    const text = textOf(world, TEAMS).replaceAll('team: payments-production', 'team: security');
    const number = world.github.open(bob, { [TEAMS]: text });
    world.github.approve(number, heidi);
    expect(codesOf(await atGate1(world, number))).toContain('policy-invalid');
    world.github.merge(number);
    expect(await stopKeys(world)).toEqual(['governing-refused']);
  });

  threat(79, 'it is decided again when it is to begin', async () => {
    const world = aWorld();
    grantRead(world, { starts: '"2026-11-23T15:00:00Z"' });
    await world.sweep();
    const team = world.github.teams.get('engineering');
    if (team !== undefined) team.members = team.members.filter(({ id }) => id !== alice.id);
    world.advance(5 * HOUR);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await codes(world, 'lapsed')).toHaveLength(1);
  });

  threat(79, 'a lock that came meanwhile holds', async () => {
    const world = aWorld();
    grantRead(world, { starts: '"2026-11-23T15:00:00Z"' });
    await world.sweep();
    const lock = 'locks:\n  - { name: now, subjects: [person:alice], reason: a stolen laptop }\n';
    const locks = { 'policies/locks.yaml': `apiVersion: gatepass/v1\nkind: Lock\n${lock}` };
    merged(world, { by: bob, approvedBy: [grace], files: locks });
    world.advance(5 * HOUR);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
  });

  threat(79, 'calendars hold over the whole window, not at its start', () => {
    const contractor = (starts: string) =>
      anEvidence()
        .by('frank')
        .fields({ duration: '1h', ticket: 'INC-1', starts })
        .approvedBy('bob')
        .approvedBy('grace');
    // Berlin closes at 18:00, which is 17:00 in UTC.
    expectAllowed(contractor('"2026-11-23T16:00:00Z"'));
    expectStopped(contractor('"2026-11-23T16:30:00Z"'), 'outside-calendar');
    expectStopped(contractor('"2026-11-23T20:00:00Z"'), 'outside-calendar');
  });
});

describe('the order of things', () => {
  threat(80, 'who approves after the merge approves nothing', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.merge(number, 'squash', heidi);
    world.advance(MINUTE);
    world.github.approve(number, bob);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    world.advance(MINUTE);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(80, 'a doubt is waited out for an hour at most', async () => {
    const world = aWorld();
    grantRead(world);
    world.github.before = (route) => {
      if (route.endsWith('/reviews')) throw httpError(502, 'Bad Gateway');
    };
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    world.github.before = () => {};
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'lapsed' });
  });

  threat(81, 'a role leads elsewhere', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    const text = textOf(world, CATALOG).replace('role: app_read', 'role: app_owner');
    merged(world, { by: bob, approvedBy: [heidi], files: { [CATALOG]: text } });
    await world.sweep();
    expect(await codes(world, 'refused')).toEqual(['bindings-changed']);
    expect(world.target.sent).toEqual([]);
  });

  threat(81, 'a person is somebody else', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    const file = 'policies/people.yaml';
    const text = textOf(world, file).replace('postgres: alice', 'postgres: admin');
    merged(world, { by: bob, approvedBy: [grace], files: { [file]: text } });
    await world.sweep();
    expect(await codes(world, 'refused')).toEqual(['subject-changed']);
    expect(world.target.sent).toEqual([]);
  });

  threat(83, 'past its lease, or past the end, it grants nothing', async () => {
    for (const [duration, slept] of [
      ['2h', 11 * MINUTE],
      ['5m', 6 * MINUTE],
    ] as const) {
      const world = aWorld();
      grantRead(world, { duration });
      let moves = 0;
      world.github.before = (route) => {
        if (route === MOVE) moves += 1;
        if (route === MOVE && moves === 1) world.advance(slept);
      };
      await world.sweep();
      expect(world.target.sent).toEqual([]);
    }
  });

  threat(83, 'past the time in which an action may start, it starts none', async () => {
    for (const [within, startsBy, slept] of [
      ['5m', '2026-11-23T12:00:00Z', 6 * MINUTE],
      ['1h', '2026-11-23T10:02:00Z', 3 * MINUTE],
    ] as const) {
      const world = aWorld();
      const text = `apiVersion: gatepass/v1
kind: ActionRequest
within: ${within}
startsBy: "${startsBy}"
reason: Checkout hangs since the deploy
inputs: { region: eu-west-1 }
`;
      merged(world, { by: alice, approvedBy: [bob], files: { 'requests/checkout/restart/hang.yaml': text } });
      let moves = 0;
      world.github.before = (route) => {
        if (route === MOVE) moves += 1;
        if (route === MOVE && moves === 1) world.advance(slept);
      };
      await world.sweep();
      expect(await entriesOf(world, 'action-intent')).toHaveLength(1);
      expect(world.runner.runs).toEqual([]);
    }
  });

  threat(83, 'sent all the same, after we took it back, it is taken back again', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await killed(
      (reached) => {
        world.target.before = () => reached();
      },
      () => world.sweep(),
    );
    world.target.before = () => {};
    world.advance(HOUR);
    await world.sweep();
    world.target.held.set(READ_SLOT, 'granted');
    world.advance(MINUTE);
    const report = await world.sweep();
    expect(report.revoked.map(({ because }) => because)).toEqual(['reappeared']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  threat(83, 'sent as another sweep takes it back, and recorded, it is taken back again, a day later too', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    world.target.before = async () => {
      world.target.before = () => {};
      world.advance(HOUR);
      await world.sweep();
    };
    await world.sweep();
    expect((await entriesOf(world, 'outcome')).map(({ effect, result }) => [effect, result])).toEqual([
      ['remove', 'done'],
      ['ensure', 'done'],
    ]);
    expect(world.target.held.get(READ_SLOT)).toBe('granted');
    world.advance(24 * HOUR);
    const report = await world.sweep();
    expect(report.revoked.map(({ because }) => because)).toEqual(['reappeared']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(await alertKeys(world)).toEqual([]);
  });

  threat(83, 'what another grant held is not sent after the end of that one', async () => {
    const world = aWorld();
    const ask = (role: string, duration: string) =>
      merged(world, {
        by: alice,
        approvedBy: [bob, erin],
        files: { [`requests/payments/${role}/x.yaml`]: aRequest({ duration }) },
      });
    ask('lead', '1h');
    await world.sweep();
    world.advance(58 * MINUTE);
    ask('operator', '2h');
    let moves = 0;
    world.github.before = async (route) => {
      if (route === MOVE) moves += 1;
      if (route !== MOVE || moves !== 1) return;
      world.advance(3 * MINUTE);
    };
    world.target.sent.length = 0;
    await world.sweep();
    expect(world.target.sent.filter(({ value }) => value === 'maintainer')).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    await world.sweep();
    expect([...world.target.held.values()]).toEqual(['member']);
  });

  threat(83, 'what it would leave there for another grant is not sent after the end of that one', async () => {
    const world = aWorld();
    const ask = (role: string, duration: string) =>
      merged(world, {
        by: alice,
        approvedBy: [bob, erin],
        files: { [`requests/payments/${role}/x.yaml`]: aRequest({ duration }) },
      });
    ask('lead', '1h');
    ask('operator', '62m');
    await world.sweep();
    world.advance(60 * MINUTE);
    world.target.sent.length = 0;
    let moves = 0;
    world.github.before = (route) => {
      if (route === MOVE) moves += 1;
      if (route === MOVE && moves === 1) world.advance(3 * MINUTE);
    };
    await world.sweep();
    expect(world.target.sent.map(({ value }) => value)).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    expect(world.target.held.size).toBe(0);
    expect(await alertKeys(world)).toEqual([]);
  });

  threat(84, async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.boolean(), async (isReadFirst, isOneSweep) => {
        const world = aWorld();
        const text = textOf(world, CATALOG).replace(
          '  read-only:\n',
          '  read-only:\n    conflictsWith: [read-write]\n',
        );
        merged(world, { by: bob, approvedBy: [heidi], files: { [CATALOG]: text } });
        await world.sweep();
        const ask = (path: string) => world.github.open(alice, { [path]: aRequest({ duration: '1h' }) });
        const numbers = [ask(READ), ask(WRITE)];
        for (const number of numbers) for (const owner of [bob, dan]) world.github.approve(number, owner);
        // Both are allowed by themselves, and merged one right after the other.
        for (const number of isReadFirst ? numbers : numbers.reverse()) {
          world.github.merge(number);
          if (!isOneSweep) await world.sweep();
        }
        await world.sweep();
        const won = isReadFirst ? READ : WRITE;
        expect((await entriesOf(world, 'authorised')).map(({ request }) => request.path)).toEqual([won]);
        expect(await codes(world, 'refused')).toEqual(['role-conflict']);
        expect(world.target.held.size).toBe(1);
      }),
      { numRuns: 8 },
    );
  });
});

describe('what is there', () => {
  threat(76, 'a start that was answered by nobody is found by its name, never made again', async () => {
    const world = aWorld();
    const path = 'requests/checkout/restart/hang.yaml';
    const text =
      'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 1h\nreason: Checkout hangs since the deploy\ninputs: { region: eu-west-1 }\n';
    merged(world, { by: alice, approvedBy: [bob], files: { [path]: text } });
    world.runner.fault = 'lost';
    world.runner.looks = 1000;
    await world.sweep();
    world.runner.fault = null;
    await world.sweep();
    await world.sweep();
    expect(world.runner.runs).toHaveLength(1);
    // Somebody starts a run of their own, under any other name: nobody follows it.
    const forged = { runId: 99, url: 'https://github.example/runs/99', state: 'done', detail: 'success' } as const;
    world.runner.runs.push({ correlation: 'gatepass-1-00000000', inputs: {}, state: forged });
    await world.sweep();
    expect((await entriesOf(world, 'action-outcome')).map(({ runId }) => runId)).not.toContain(99);
  });

  threat(76, 'an action that nobody approved is not started, though merged', async () => {
    const world = aWorld();
    const path = 'requests/checkout/restart/mine.yaml';
    const text =
      'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 1h\nreason: Checkout hangs since the deploy\ninputs: { region: eu-west-1 }\n';
    merged(world, { by: mallory, approvedBy: [], files: { [path]: text } });
    await world.sweep();
    expect(world.runner.runs).toEqual([]);
  });

  threat(82, () => {
    const levels = ['member', 'maintainer'] as const;
    const value = fc.constantFrom(null, ...levels);
    const grant = fc.record({
      from: fc.nat({ max: 20 }),
      length: fc.integer({ min: 1, max: 20 }),
      asks: fc.constantFrom(...levels),
    });
    fc.assert(
      fc.property(value, fc.array(grant, { minLength: 1, maxLength: 4 }), (standing, grants) => {
        const world = new World();
        const slot = aSlot();
        world.put(slot.key, standing);
        grants.forEach(({ from, length, asks }, index) => {
          world.book.add(minute(0), authorised(40 + index, { starts: minute(from), length: length * MINUTE }));
          world.targets.set(grantId(40 + index), [{ slot, value: asks }]);
        });
        const rank = (each: string | null) => (each === null ? -1 : levels.indexOf(each as 'member'));
        for (let now = 0; now <= 41; now += 1) {
          world.sweep(minute(now));
          const live = grants.filter(({ from, length }) => from <= now && now < from + length);
          const due = Math.max(rank(standing), ...live.map(({ asks }) => rank(asks)));
          expect(rank(world.values.get(slot.key) ?? null)).toBe(due);
        }
      }),
      { numRuns: 80 },
    );
  });

  threat(82, 'through a sweep: a lead for an hour is a member again', async () => {
    const world = aWorld();
    const slot = 'github-team:payments-production/1001';
    world.target.held.set(slot, 'member');
    merged(world, { by: alice, approvedBy: [bob, erin], files: { [LEAD]: aRequest({ duration: '1h' }) } });
    await world.sweep();
    expect(world.target.held.get(slot)).toBe('maintainer');
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.get(slot)).toBe('member');
  });

  threat(85, 'who has no part in it gives nothing back alone', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    const number = world.github.open(mallory, { [READ]: null });
    expect((await atGate1(world, number)).verdict).toBe('pending');
    world.github.merge(number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['deleted']);
  });

  threat(85, 'who holds it, and who owns it, does', async () => {
    for (const who of [alice, carol]) {
      const world = aWorld();
      grantRead(world);
      await world.sweep();
      merged(world, { by: who, approvedBy: [], files: { [READ]: null } });
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(false);
      expect(await alertKeys(world)).toEqual([]);
    }
  });

  threat(81, 'where both allow, the shorter time holds', () => {
    const allowed = (evidence: EvidenceBuilder): Allow => {
      const decision = evidence.merged().decide();
      if (decision.verdict !== 'allow') throw new Error(decision.verdict);
      return decision;
    };
    const request = { path: READ, blob: 'c'.repeat(40), pullRequest: 17 };
    const long = allowed(anEvidence().approvedBy('bob'));
    const short = allowed(anEvidence().approvedBy('bob', { limit: '1h' }));
    expect([grantTerms(request, long, short).length, grantTerms(request, short, long).length]).toEqual([HOUR, HOUR]);
  });
});

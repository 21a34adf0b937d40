/** Where the rules come from, and which pull request is spoken of: at both gates. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { aChange, aCommit, anEvidence, governingFiles, REQUEST } from '../support/evidence.ts';
import { httpError } from '../support/memory-github.ts';
import { entriesOf, grantRead, READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { atBothGates, atGate1, codesOf, evidenceOf, expectAllowed, expectStopped, stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, dan, mallory } = people;
const RULES = 'policies/rules/databases.yaml';

/** Reading needs nobody any more, and mallory owns everything. */
function loosened(world: TestWorld): Record<string, string> {
  const text = world.github.git.tip('main').files.get(RULES)?.text ?? '';
  return { [RULES]: text.replace(/max: 4h/g, 'max: 400h'), CODEOWNERS: '* @mallory\n/requests/ @acme/engineering\n' };
}

/** As it is, but for policies, which would be mallory's. */
const OWNED = (governingFiles().find(({ path }) => path === 'CODEOWNERS')?.text ?? '').replace(
  '@acme/security',
  '@mallory',
);

describe('governing data', () => {
  threat(1, async () => {
    const world = aWorld();
    const number = world.github.open(bob, loosened(world));
    world.github.approve(number, mallory);
    const evidence = await evidenceOf(world, number);
    expect(evidence.governing.commit).toBe(world.github.git.tip('main').sha);
    expect(evidence.governing.files.find(({ path }) => path === 'CODEOWNERS')?.text).toContain('@acme/platform');
    const decision = await atGate1(world, number);
    expect(decision.verdict).not.toBe('allow');
    world.github.merge(number);
    const ask = world.github.open(mallory, { [READ]: aRequest({ duration: '300h' }) });
    world.github.approve(ask, dan);
    world.github.merge(ask);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(1);
  });

  threat(1, 'a policy change is approved by the owners before it, not by those it names', () => {
    const owned = aChange('CODEOWNERS', OWNED, { status: 'modified' });
    const change = anEvidence().by('bob').changing(owned);
    expectStopped(change.approvedBy('mallory'), 'review-not-eligible');
    expectAllowed(change.approvedBy('heidi'));
  });

  const request = aChange(REQUEST, anEvidence().evidence.changes[0]?.text ?? '');
  const companions = [
    aChange('CODEOWNERS', '* @mallory\n', { status: 'modified' }),
    aChange('.github/CODEOWNERS', '* @mallory\n'),
    aChange(RULES, 'x', { status: 'modified' }),
    aChange('policies/people.yaml', null, { status: 'removed' }),
    aChange('.github/workflows/gatepass.yml', 'on: push\n', { status: 'modified' }),
    aChange('README.md', 'hello\n'),
    aChange('requests/orders-db/read-only/old.yaml', null, { status: 'removed' }),
    aChange('Requests/orders-db/read-only/x.yaml', 'x'),
  ];
  threat(2, 'every pair of a request with something else', () => {
    for (const companion of companions) {
      const everybody = anEvidence().changing(request, companion).approvedBy('bob').approvedBy('heidi');
      const [gate1, gate2] = atBothGates(everybody.approvedBy('grace'));
      expect([gate1.verdict, gate2.verdict]).toEqual(['invalid', 'invalid']);
      const code = companion.path.startsWith('Requests/') ? 'request-path' : 'pull-request-mixed';
      for (const decision of [gate1, gate2]) expect(codesOf(decision)).toContain(code);
    }
    expectAllowed(anEvidence().changing(request).approvedBy('bob'));
  });

  threat(2, 'two requests are two pull requests', () => {
    const second = aChange('requests/orders-db/read-only/second.yaml', request.text);
    expectStopped(anEvidence().changing(request, second).approvedBy('bob'), 'request-more-than-one');
  });

  threat(2, 'merged all the same, it governs and grants nothing', async () => {
    const world = aWorld();
    const number = world.github.open(mallory, { ...loosened(world), [READ]: aRequest() });
    for (const approver of [bob, people.heidi, people.grace]) world.github.approve(number, approver);
    expect((await atGate1(world, number)).verdict).toBe('invalid');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    expect(await entriesOf(world, 'governing-refused')).toHaveLength(1);
  });

  threat(3, 'as a policy change it is invalid, whoever approves', () => {
    for (const path of ['.github/CODEOWNERS', 'docs/CODEOWNERS', '.github/codeowners', 'CodeOwners']) {
      const shadow = anEvidence().by('mallory').changing(aChange(path, '* @mallory\n'));
      const [gate1, gate2] = atBothGates(shadow.approvedBy('heidi').approvedBy('erin'));
      expect([path, gate1.verdict, gate2.verdict]).toEqual([path, 'invalid', 'invalid']);
    }
  });

  threat(3, 'on the branch already, nothing is allowed under it', async () => {
    expectStopped(anEvidence().governing('.github/CODEOWNERS', '* @mallory\n').approvedBy('bob'), 'codeowners-several');
    const world = aWorld();
    world.github.push({ '.github/CODEOWNERS': '* @mallory\n' });
    const number = grantRead(world);
    expect((await world.sweep()).stops.map(({ key }) => key)).toEqual(['governing-refused']);
    expect(world.target.sent).toEqual([]);
    expect(number).toBe(1);
  });

  threat(4, 'it is a policy change, which its owners approve', () => {
    const workflow = anEvidence()
      .by('mallory')
      .changing(aChange('.github/workflows/gatepass.yml', 'on: push\n', { status: 'modified' }));
    expectStopped(workflow.approvedBy('bob').approvedBy('grace'), 'approval-missing');
    expectAllowed(workflow.approvedBy('heidi'));
    expectStopped(
      workflow.approvedBy('heidi').governing('CODEOWNERS', (text) => text.replace('* @acme/platform', '*')),
      'governance-invalid',
    );
  });

  threat(4, 'pushed, it stops grants', async () => {
    const world = aWorld();
    world.github.push({ '.github/workflows/gatepass.yml': 'on: push\n' });
    grantRead(world);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'deferred' });
  });

  threat(5, 'another branch is never decided for, and approvals from before the retarget are void', () => {
    const base = { ref: 'scratch', sha: 'b'.repeat(40), repositoryId: 42 };
    expectStopped(anEvidence().pull({ base }).approvedBy('bob'), 'pull-request-base');
    const retargeted = (at: string) =>
      anEvidence()
        .pull({ retargetedAt: [at as never] })
        .approvedBy('bob');
    expectAllowed(retargeted('2026-11-23T09:49:59.000Z'));
    expectStopped(retargeted('2026-11-23T09:50:00.000Z'), 'review-before-retarget');
    expectStopped(retargeted('2026-11-23T09:50:01.000Z'), 'review-before-retarget');
  });

  threat(6, 'gate 2: a commit that two pull requests claim', async () => {
    const world = aWorld();
    const first = world.github.open(alice, { [READ]: aRequest() });
    const second = world.github.open(mallory, { [READ]: aRequest() });
    world.github.approve(first, bob);
    world.github.merge(first);
    const [one, two] = [world.github.pulls.get(first), world.github.pulls.get(second)];
    if (one !== undefined && two !== undefined) two.merged = one.merged;
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'quarantined' });
  });

  threat(7, 'told by numeric id; a deleted fork is none', () => {
    for (const repositoryId of [43, null]) {
      const head = { ...anEvidence().evidence.pullRequest.head, repositoryId };
      expectStopped(anEvidence().pull({ head }).approvedBy('bob'), 'pull-request-fork');
    }
  });

  threat(7, 'gate 2: merged from a fork, or from one that is gone since', async () => {
    for (const headRepository of [9999, null]) {
      const world = aWorld();
      const number = grantRead(world);
      const pull = world.github.pulls.get(number);
      if (pull !== undefined) pull.headRepository = headRepository;
      expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'quarantined' });
    }
  });

  threat(8, () => {
    const approved = anEvidence().approvedBy('bob').approvedBy('heidi').approvedBy('grace').approvedBy('dan');
    expectAllowed(approved);
    const { evidence } = approved;
    const essential = [RULES, 'policies/people.yaml', 'policies/catalog/databases.yaml', 'CODEOWNERS'];
    const emptied: Readonly<Record<string, (all: typeof approved) => typeof approved>> = {
      changes: (all) => all.changing(),
      commits: (all) => all.commits(),
      reviews: (all) => all.with({ reviews: [] }),
      members: (all) => all.with({ members: [] }),
      teams: (all) => all.with({ teams: {} }),
      governing: (all) => all.with({ governing: { ...evidence.governing, files: [] } }),
      ...Object.fromEntries(
        essential.map((path) => [
          path,
          (all: typeof approved) => {
            const { commit, files } = all.evidence.governing;
            return all.with({ governing: { commit, files: files.filter((file) => file.path !== path) } });
          },
        ]),
      ),
    };
    const which = fc.subarray(Object.keys(emptied), { minLength: 1 });
    fc.assert(
      fc.property(which, (names) => {
        const attacked = names.reduce((all, name) => emptied[name]?.(all) ?? all, approved);
        for (const { verdict } of atBothGates(attacked)) expect(verdict).not.toBe('allow');
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  threat(8, 'no owner, no rule for the resource, no rule that fits', () => {
    const unowned = anEvidence().governing('CODEOWNERS', (text) =>
      text.replace('/requests/orders-db/ @acme/orders', '/requests/orders-db/'),
    );
    for (const { verdict } of atBothGates(unowned.approvedBy('bob'))) expect(verdict).not.toBe('allow');
    const unruled = anEvidence().governing(RULES, (text) => text.replace('class: [database]', 'class: [queue]'));
    for (const { verdict } of atBothGates(unruled.approvedBy('bob'))) expect(verdict).not.toBe('allow');
    const unfit = anEvidence().by('grace').approvedBy('bob');
    expectStopped(unfit, 'no-rule-fits');
  });

  threat(9, 'what GitHub does not give is an error at gate 1, and grants nothing at gate 2', async () => {
    for (const status of [403, 404, 500]) {
      for (const what of ['/git/trees/', '/git/blobs/', '/git/ref/']) {
        const world = aWorld();
        const number = world.github.open(alice, { [READ]: aRequest() });
        world.github.approve(number, bob);
        const failing = (route: string, { ref }: Readonly<Record<string, unknown>>) => {
          const isLedger = String(ref).includes('gatepass/ledger');
          if (route.startsWith('GET') && route.includes(what) && !isLedger) throw httpError(status, 'no');
        };
        world.github.before = failing;
        await expect(atGate1(world, number)).rejects.toMatchObject({ name: 'GitHubError' });
        world.github.merge(number);
        await world.sweep().catch(() => {});
        expect(world.target.sent).toEqual([]);
        world.github.before = () => {};
        await world.sweep();
        expect(world.target.sent).toHaveLength(1);
      }
    }
  });

  threat(9, 'a tree that was cut short is no tree', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    const { request: ask } = world.github;
    world.github.request = async (route, parameters) => {
      const response = await ask.call(world.github, route, parameters);
      if (!route.includes('/git/trees/')) return response;
      return { ...response, data: { ...(response.data as object), truncated: true } };
    };
    await expect(atGate1(world, number)).rejects.toMatchObject({ code: 'truncated' });
  });

  threat(10, () => {
    expectAllowed(anEvidence().approvedBy('bob'));
    const draft = anEvidence().pull({ draft: true }).approvedBy('bob');
    expect(atBothGates(draft).map(({ verdict }) => verdict)).toEqual(['pending', 'pending']);
    const closed = anEvidence().pull({ state: 'closed' }).approvedBy('bob').decide();
    expect(closed.verdict).toBe('deny');
    expect(codesOf(closed)).toContain('pull-request-closed');
    const halfMerged = anEvidence().pull({ state: 'merged' }).commits(aCommit('alice')).approvedBy('bob').decide();
    expect(codesOf(halfMerged)).toContain('evidence-inconsistent');
  });
});

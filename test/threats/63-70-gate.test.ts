/** The machinery around the gate, on the look-alike of GitHub: webhooks, quotas, keys, what it shows, and what it saw. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { createQueue } from '../../app/queue.ts';
import { judgeSetup } from '../../core/attest/judge.ts';
import { known } from '../../core/attest/snapshot.ts';
import { checkRun } from '../../core/explain/check-run.ts';
import { STICKY_MARKER, stickyComment } from '../../core/explain/sticky-comment.ts';
import { publishCheck } from '../../github/check-runs.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { readWitness, WITNESS_BRANCH } from '../../github/witness-store.ts';
import { writeLedger } from '../support/applier.ts';
import { aGrant, anEvidence } from '../support/evidence.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { asInstallation, refusal, withToken } from '../support/hub.ts';
import { anEnsure, aRemoval, aSlot, authorised, outcomeOf } from '../support/ledger.ts';
import { aSetup } from '../support/setup.ts';
import { merged, READ } from '../support/sweep-steps.ts';
import { BASE, REPOSITORY, wire } from '../support/wire.ts';
import { aRequest, aWorld, people } from '../support/world.ts';
import { stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const path = (slug: string) => `requests/orders-db/read-only/${slug}.yaml`;
const TWO_HOURS = request({ duration: '2h' });
const LINKS = { repository: 'https://github.test/acme/access' };

describe('the machinery around the gate', () => {
  let world: GateWorld;

  beforeAll(async () => {
    world = await startGateWorld();
  });
  afterEach(() => world.hub.faults.clear());
  afterAll(() => world.close());

  const health = async () => (await fetch(`${world.gate.url}/healthz`)).json() as Promise<Record<string, unknown>>;

  async function deliver(event: string, payload: unknown, secret: string, id: string): Promise<number> {
    const body = JSON.stringify(payload);
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const response = await fetch(`${world.gate.url}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': id,
        'x-hub-signature-256': `sha256=${signature}`,
      },
      body,
    });
    await world.settle();
    return response.status;
  }

  threat(64, 'forged: without the secret nothing is done', async () => {
    const number = await world.open('alice', { [path('forged')]: TWO_HOURS });
    world.calls.length = 0;
    const payload = { action: 'submitted', pull_request: { number }, repository: { full_name: 'acme/access' } };
    expect(await deliver('pull_request_review', payload, 'guessed-guessed-guessed', 'f-1')).toBe(400);
    expect(world.calls).toEqual([]);
  });

  threat(64, 'replayed under a new id: an approval that was dismissed since stays dismissed', async () => {
    const number = await world.open('alice', { [path('replayed')]: TWO_HOURS }, { draft: true });
    await world.review('bob', number, 'APPROVE');
    const said = world.hub.deliveries(world.acme.gate.id).find(({ event }) => event === 'pull_request_review');
    const { data: reviews } = await world.as('bob').pulls.listReviews({ ...ACCESS, pull_number: number });
    const review_id = reviews[0]?.id ?? 0;
    await world.as('heidi').pulls.dismissReview({ ...ACCESS, pull_number: number, review_id, message: 'no' });
    await world.hub.setDraft('acme', 'access', number, false, 'alice');
    await world.settle();
    const status = await deliver('pull_request_review', said?.request.payload, world.acme.gate.webhookSecret, 'new-id');
    expect(status).toBe(200);
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.check(number)).toMatchObject({ status: 'in_progress' });
  });

  threat(65, 'a command that was lost is asked for again on the patrol, once', async () => {
    const number = await world.open('carol', { [path('lost')]: request({ duration: '1h' }) });
    world.hub.faults.drop({ event: 'issue_comment' });
    const body = '/gatepass return';
    const { data } = await world.as('carol').issues.createComment({ ...ACCESS, issue_number: number, body });
    await world.settle();
    const reactions = async () =>
      (await world.as('heidi').reactions.listForIssueComment({ ...ACCESS, comment_id: data.id })).data.length;
    expect(await reactions()).toBe(0);
    await world.hub.clock.advance(2 * 60_000);
    await world.later();
    expect(await reactions()).toBe(1);
    await world.hub.clock.advance(2 * 60_000);
    await world.later();
    const again = world.hub.deliveries(world.acme.gate.id).filter(({ redelivery }) => redelivery);
    expect(again.map(({ event }) => event)).toEqual(['issue_comment']);
  });

  threat(
    93,
    'from an outsider, where anybody may comment, it has the gate write nothing and look at nothing',
    async () => {
      const number = await world.open('alice', { [path('passed-by')]: TWO_HOURS });
      const access = world.hub.state.repositories.get('acme/access');
      if (access === undefined) throw new Error('no repository');
      const { token } = world.hub.addUser({ id: 7777, login: 'passer-by' });
      const callsAfter = async (by: ReturnType<typeof withToken>, body: string) => {
        world.calls.length = 0;
        await by.issues.createComment({ ...ACCESS, issue_number: number, body });
        await world.settle();
        return world.calls.map((call) => call.replace('/repos/acme/access', '').replace(/\d+/, 'n')).sort();
      };
      Object.assign(access, { private: false });
      for (const command of ['retry', 'explain', 'approve', 'return']) {
        const calls = await callsAfter(withToken(world.hub, token), `/gatepass ${command}`);
        expect(calls).toEqual([
          'GET /collaborators/passer-by/permission',
          'GET /issues/comments/n',
          'GET /pulls/n',
          'POST /issues/n/comments',
        ]);
      }
      Object.assign(access, { private: true });
      const heard = await callsAfter(world.as('alice'), '/gatepass retry');
      expect(heard.some((call) => call.endsWith('/reactions'))).toBe(true);
    },
  );

  threat(65, 'lost, doubled and out of order, they come to the same end', async () => {
    world.hub.faults.drop({ event: 'pull_request' }, 5);
    const unheard = await world.open('carol', { [path('unheard')]: request({ duration: '1h' }) });
    expect(await world.check(unheard)).toBeNull();
    await world.later();
    expect(await world.isMerged(unheard)).toBe(true);
    world.hub.faults.clear();
    world.hub.faults.drop({ event: 'pull_request' });
    world.hub.faults.duplicate({ event: 'pull_request_review' }, 2);
    world.hub.faults.reorder({ event: 'pull_request_review' }, 2);
    const number = await world.open('alice', { [path('shuffled')]: TWO_HOURS });
    await world.as('dan').pulls.createReview({ ...ACCESS, pull_number: number, event: 'COMMENT', body: 'hm' });
    await world.as('bob').pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE' });
    await world.settle();
    await world.later();
    expect(await world.isMerged(number)).toBe(true);
    expect(await world.comments(number)).toBe(1);
  });

  threat(66, 'its holder writes no ledger, and cannot force what it witnessed', async () => {
    const thief = asInstallation(world.hub, world.acme.gate);
    const { data: main } = await thief.git.getRef({ ...ACCESS, ref: 'heads/main' });
    const move = (branch: string) =>
      refusal(thief.git.updateRef({ ...ACCESS, ref: `heads/${branch}`, sha: main.object.sha, force: true }));
    expect((await move(LEDGER_BRANCH)).status).toBe(422);
    expect((await move(WITNESS_BRANCH)).status).toBe(422);
    expect((await refusal(thief.git.deleteRef({ ...ACCESS, ref: `heads/${LEDGER_BRANCH}` }))).status).toBe(422);
  });

  threat(66, 'what it merges, with a green check of its own, grants nothing', async () => {
    const swept = aWorld();
    merged(swept, { by: people.mallory, approvedBy: [], files: { [READ]: aRequest() } });
    expect(await stoppedAtGate2(swept)).toEqual({ [READ]: 'refused' });
  });

  threat(67, 'an unchanged verdict is not written again', async () => {
    const number = await world.open('alice', { [path('flood')]: TWO_HOURS });
    world.calls.length = 0;
    await Promise.all(Array.from({ length: 30 }, () => world.gate.gate.queue.push(number)));
    expect(world.calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
    const looks = world.calls.filter((call) => call === `GET /repos/acme/access/pulls/${number}/reviews`);
    expect(looks.length).toBeLessThanOrEqual(2);
  });

  threat(67, 'however many events come while one is worked on, one more run is made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 200 }), async (events) => {
        const runs = new Map<number, number>();
        const queue = createQueue<number>(
          async (key) => {
            runs.set(key, (runs.get(key) ?? 0) + 1);
            await new Promise((resolve) => setImmediate(resolve));
            return null;
          },
          { after: () => () => {} },
        );
        await Promise.all(events.map((key) => queue.push(key)));
        for (const [, count] of runs) expect(count).toBeLessThanOrEqual(2);
        expect([...runs.keys()].sort()).toEqual([...new Set(events)].sort());
      }),
      { numRuns: 50 },
    );
  });

  threat(69, async () => {
    const number = await world.open('alice', { [path('page')]: TWO_HOURS });
    world.calls.length = 0;
    expect(JSON.stringify(await health())).not.toMatch(/alice|bob|carol|orders|team/);
    const other = ['/', `/pulls/${number}`, '/probot', '/details/1', '/metrics', '/healthz/../teams'];
    for (const page of other) expect((await fetch(`${world.gate.url}${page}`)).status).toBe(404);
    expect(world.calls).toEqual([]);
  });

  threat(70, 'in the check and in the comment: what is asked for, and what is held now', async () => {
    const number = await world.open('alice', { [path('shown')]: TWO_HOURS });
    const shown = async () => {
      await world.later();
      return [(await world.check(number))?.summary ?? '', (await world.sticky(number)) ?? ''];
    };
    for (const said of await shown()) {
      expect(said).toContain('`@alice` gets `orders-db` `read-only` for 2h from the merge, then it is removed.');
      expect(said).toContain('Now, through Gatepass, `@alice` holds of `orders-db`: nothing.');
    }
    const held = { resource: 'orders-db', entitlement: 'read-only' };
    const ensure = anEnsure(70, { slot: aSlot({ key: 'github-team:8/member:1001' }) });
    await writeLedger(world, [authorised(70, held), ensure, outcomeOf(ensure)]);
    for (const said of await shown())
      expect(said).toContain('`@alice` holds of `orders-db`: `read-only` until 2026-11-23 12:00 UTC.');
    const removal = aRemoval(70, { slot: ensure.slot });
    await writeLedger(world, [removal, outcomeOf(removal)]);
    for (const said of await shown()) expect(said).toContain('holds of `orders-db`: nothing.');
  });

  threat(76, 'who may ask may not run it', async () => {
    const run = {
      owner: 'acme',
      repo: 'ops',
      workflow_id: 'restart.yml',
      ref: 'main',
      inputs: { region: 'eu-west-1' },
    };
    const refused = await refusal(world.as('mallory').actions.createWorkflowDispatch(run));
    expect([403, 404]).toContain(refused.status);
    expect(world.hub.runs('acme', 'ops')).toEqual([]);
  });

  threat(78, 'a merge that no sweep has read is noticed on the patrol, and a sweep is started', async () => {
    await world.later();
    // GitHub has this long to start one by itself.
    await world.hub.clock.advance(90_000);
    world.calls.length = 0;
    await world.later();
    const starts = world.calls.filter((call) => call.endsWith('/actions/workflows/gatepass.yml/dispatches'));
    expect(starts).toHaveLength(1);
    const { data } = await world.as('heidi').git.getRef({ ...ACCESS, ref: 'heads/main' });
    await writeLedger(world, [{ type: 'read', commit: data.object.sha }]);
    world.calls.length = 0;
    await world.later();
    expect(world.calls.filter((call) => call.endsWith('/dispatches'))).toEqual([]);
  });

  threat(61, 'what is due and not done is noticed on the patrol, and a sweep is started', async () => {
    const { data } = await world.as('heidi').git.getRef({ ...ACCESS, ref: 'heads/main' });
    const ensure = anEnsure(1);
    await writeLedger(world, [
      { type: 'read', commit: data.object.sha },
      authorised(1),
      { type: 'standing', slot: ensure.slot, value: null },
      ensure,
      outcomeOf(ensure),
    ]);
    const starts = async () => {
      world.calls.length = 0;
      await world.later();
      return world.calls.filter((call) => call.endsWith('/actions/workflows/gatepass.yml/dispatches')).length;
    };
    expect(await starts()).toBe(0);
    await world.hub.clock.advance(2 * 60 * 60_000);
    expect(await starts()).toBe(1);
    const removal = aRemoval(1);
    await writeLedger(world, [removal, outcomeOf(removal)]);
    expect(await starts()).toBe(0);
  });

  threat(93, 'a comment with our marker by somebody else is left alone, and ours stands beside it', async () => {
    world.hub.faults.drop({ event: 'pull_request' }, 5);
    const number = await world.open('alice', { [path('marked')]: TWO_HOURS }, { draft: true });
    const body = `${STICKY_MARKER}\n### 🟢 Approved by everybody`;
    const { data } = await world.as('mallory').issues.createComment({ ...ACCESS, issue_number: number, body });
    await world.review('bob', number, 'COMMENT', 'hm');
    const { data: kept } = await world.as('heidi').issues.getComment({ ...ACCESS, comment_id: data.id });
    expect(kept.body).toBe(body);
    expect(await world.comments(number)).toBe(1);
    const ours = await world.sticky(number);
    expect(ours).toContain(STICKY_MARKER);
    expect(ours).not.toContain('Approved by everybody');
  });

  threat(59, 'the gate witnesses each head, and allows nothing once the ledger lacks one', async () => {
    const first = await health();
    expect(first).toMatchObject({ ledger: 'witnessed' });
    const { data: ref } = await world.as('heidi').git.getRef({ ...ACCESS, ref: `heads/${LEDGER_BRANCH}` });
    const before = ref.object.sha;
    const commit = await writeLedger(world, [{ type: 'read', commit: 'a'.repeat(40) }]);
    const { heads } = await readWitness(world.as('heidi'), { owner: 'acme', name: 'access' });
    expect(heads.at(-1)).toMatchObject({ commit, seq: Number(first['witnessed']) + 1 });
    // An administrator lifts the rules, and the branch is set back to a head that was signed.
    const { data: rules } = await world.as('heidi').repos.getRepoRulesets(ACCESS);
    for (const { id, name } of rules.filter((rule) => rule.name.includes('the ledger'))) {
      expect(name).not.toBe('');
      await world.as('heidi').repos.deleteRepoRuleset({ ...ACCESS, ruleset_id: id });
    }
    await world.as('heidi').git.updateRef({ ...ACCESS, ref: `heads/${LEDGER_BRANCH}`, sha: before, force: true });
    await world.settle();
    expect(await health()).toMatchObject({ ledger: 'contradicted' });
    const number = await world.open('carol', { [path('rewound')]: request({ duration: '1h' }) });
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.check(number)).toMatchObject({ status: 'in_progress', conclusion: null });
    expect(await world.sticky(number)).toContain('was set back, rewritten or removed');
    await world.as('heidi').git.updateRef({ ...ACCESS, ref: `heads/${LEDGER_BRANCH}`, sha: commit, force: true });
    await world.settle();
    await world.later();
    expect(await health()).toMatchObject({ ledger: 'witnessed' });
    expect(await world.isMerged(number)).toBe(true);
  });

  threat(65, 'it spoke GitHub’s language all along', () => {
    expect(world.problems).toEqual([]);
  });
});

describe('secrets', () => {
  const job = (name: string) => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/guides/workflow', name), 'utf8');
    return Object.values((load(text) as { jobs: Record<string, Record<string, unknown>> }).jobs);
  };

  threat(63, 'each job of the workflows that we ship which names a secret is in the environment', () => {
    for (const name of ['gatepass.yml', 'gatepass-operations.yml']) {
      const naming = job(name).filter((each) => JSON.stringify(each).includes('secrets.'));
      expect(naming.length).toBeGreaterThan(0);
      for (const each of naming) expect(JSON.stringify(each['environment'])).toContain('gatepass');
    }
  });

  threat(63, 'an environment that other branches reach stops grants', () => {
    const stops = (branches: 'all' | 'protected' | readonly string[]) =>
      judgeSetup(aSetup({ environment: known({ branches }) }))
        .filter(({ code, severity }) => code === 'environment' && severity === 'stop')
        .map(({ blocks }) => blocks);
    expect(stops(['main'])).toEqual([]);
    for (const branches of ['all', 'protected', ['main', 'dev']] as const) expect(stops(branches)).toEqual([true]);
  });
});

describe('what is said', () => {
  threat(68, 'the summary and the comment are cut by bytes, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (text) => {
        const review = { code: 'review-stale', why: `${text.toWellFormed()}€`.repeat(60), counts: false } as const;
        const decision = anEvidence().decide();
        const user = { id: 1, login: 'x'.repeat(39) };
        const reviews = Array.from({ length: 300 }, (_, id) => ({ ...review, review: id, user, onBehalfOf: null }));
        const long = { ...decision, reviews };
        for (const said of [checkRun(long, LINKS).summary, stickyComment(long, LINKS)]) {
          expect(Buffer.byteLength(said)).toBeLessThanOrEqual(65_535);
          expect(said.isWellFormed()).toBe(true);
        }
        expect([...checkRun(long, LINKS).title].length).toBeLessThanOrEqual(60);
      }),
      { numRuns: 20 },
    );
  });

  threat(68, 'a hundred and thirty mistakes are fifty annotations in one request', async () => {
    const decision = anEvidence().fields({ duration: 'soon' }).decide();
    const [first] = 'issues' in decision ? decision.issues : [];
    expect(first).toBeDefined();
    const issues = Array.from({ length: 130 }, () => first as NonNullable<typeof first>);
    const answer = {
      id: 5,
      name: 'gatepass',
      status: 'completed',
      conclusion: 'failure',
      external_id: '7@main',
      output: { title: 't', summary: 's', annotations_count: 0 },
      app: { id: 1 },
    };
    const { github, sent } = wire({ [`POST ${BASE}/check-runs`]: { body: answer } });
    const target = { repository: REPOSITORY, head: 'a'.repeat(40), binding: '7@main' };
    await publishCheck(github, target, null, checkRun({ ...decision, issues } as typeof decision, LINKS));
    const counts = sent.map(({ body }) => (body as { output: { annotations: unknown[] } }).output.annotations.length);
    expect(counts).toEqual([50]);
  });

  threat(70, 'who, what, how long, why, and what would be changed from now, without reading policy', () => {
    const pending = anEvidence().decide();
    const [held, ofAnother] = [aGrant('alice'), aGrant('alice', { resource: 'billing-db', role: 'read-write' })];
    for (const said of [checkRun(pending, LINKS, [held, ofAnother]).summary, stickyComment(pending, LINKS, [held])]) {
      expect(said).toContain('On approval, `@alice` gets `orders-db` `read-only` for 2h from the merge');
      expect(said).toContain('`@alice` holds of `orders-db`: `read-only` until 2026-11-23 11:00 UTC.');
      // Effect and change are what is read first.
      expect(said.indexOf('Now, through Gatepass')).toBeLessThan(said.indexOf('| approval from |'));
    }
    expect(stickyComment(pending, LINKS)).toContain('Replay payments stuck since the deploy');
  });
});

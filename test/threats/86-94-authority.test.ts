/** Who receives, who approves, what is removed and by which configuration, and the ways around all of it. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Account, HeldGrant } from '../../core/policy/evidence.ts';
import { between, DAY, HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { aChange, aCommit, aGrant, anEvidence, governingFiles, NOW, WEB_FLOW } from '../support/evidence.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { atGate1, codesOf, expectAllowed, expectStopped, stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, carol, grace, heidi, mallory } = people;
const RULES = 'policies/rules/databases.yaml';
const CATALOG = 'policies/catalog/databases.yaml';
const LOCKS = 'policies/locks.yaml';
const WRITE = 'requests/orders-db/read-write/fix.yaml';

function textOf(world: TestWorld, path: string): string {
  const text = world.github.git.tip('main').files.get(path)?.text;
  if (text === undefined) throw new Error(`no ${path}`);
  return text;
}

describe('who receives and who approves', () => {
  const openers = (text: string) =>
    text.replace('    explain: an owner of the database agrees\n', '    openers: [team:engineering]\n');

  threat(86, 'who is not eligible receives nothing through somebody who is', () => {
    const through = (name: string) =>
      anEvidence()
        .fields({ subject: `person:${name}` })
        .governing(RULES, openers)
        .approvedBy('bob');
    expectAllowed(through('dan'));
    expectStopped(through('grace'), 'no-rule-fits');
  });

  threat(86, 'without a word of policy nobody asks for another', () => {
    expectStopped(anEvidence().fields({ subject: 'person:dan' }).approvedBy('bob'), 'opener-not-allowed');
  });

  threat(86, 'the receiver approves nothing', () => {
    const forBob = anEvidence().fields({ subject: 'person:bob' }).governing(RULES, openers);
    expectStopped(forBob.approvedBy('bob'), 'review-by-subject');
    expectAllowed(forBob.approvedBy('carol'));
  });

  threat(86, 'who controls the receiving service approves nothing', () => {
    const service = anEvidence()
      .fields({ subject: 'service:checkout-deploy' })
      .governing(RULES, (text) =>
        text.replace(
          '    subjects: [team:engineering]\n    explain: an owner of the database agrees\n',
          '    subjects: [service:checkout-deploy]\n    openers: [team:engineering]\n',
        ),
      );
    // Bob owns the database, and is in the team that controls the service.
    expectStopped(service.approvedBy('bob'), 'review-by-controller');
    expectAllowed(service.approvedBy('carol'));
  });

  threat(87, 'two resources never share a binding', () => {
    const files = (change: (text: string) => string) =>
      governingFiles().map((file) => (file.path === CATALOG ? { ...file, text: change(file.text) } : file));
    const other = `apiVersion: gatepass/v1\nkind: Catalog\nlabels: { class: database, env: prod }\nsensitivity: low\nprovider: { type: postgres, zone: default, with: { credentials: BILLING_PG } }\nroles:\n  read-only: { grants: [{ role: app_read }] }\nresources:\n  mine: { owner: team:orders }\n`;
    expect(parseGovernance(files((text) => text)).ok).toBe(true);
    const borrowed = [...files((text) => text), { path: 'policies/catalog/mine.yaml', mode: '100644', text: other }];
    const parsed = parseGovernance(borrowed);
    expect(parsed.ok).toBe(false);
    expect(parsed.issues.map(({ message }) => message).join('\n')).toContain('billing-db');
  });

  threat(87, 'a catalog of a team’s own is not theirs to approve', async () => {
    const world = aWorld();
    const text = textOf(world, CATALOG).replace('BILLING_PG', 'ADMIN_PG');
    const number = world.github.open(bob, { [CATALOG]: text });
    world.github.approve(number, carol);
    expect((await atGate1(world, number)).verdict).toBe('pending');
    world.github.merge(number);
    expect((await world.sweep()).stops.map(({ key }) => key)).toEqual(['governing-refused']);
  });

  threat(88, async () => {
    const world = aWorld();
    const kept = textOf(world, RULES);
    const number = world.github.open(mallory, { [RULES]: kept.replace('max: 4h', 'max: 40h') });
    world.github.amend(number, { [READ]: aRequest({ duration: '30h' }) });
    world.github.amend(number, { [RULES]: kept });
    world.github.approve(number, bob);
    expect((await atGate1(world, number)).verdict).not.toBe('allow');
    world.github.merge(number, 'rebase');
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'quarantined' });
  });

  threat(89, 'whoever pushed approves nothing, at either gate', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() }, bob);
    world.github.approve(number, bob);
    expect(codesOf(await atGate1(world, number))).toContain('review-by-pusher');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });

  threat(89, 'unknown pushers bar everybody, unless the requester signed every commit', () => {
    const unread = anEvidence().with({ pushers: null }).approvedBy('bob');
    expectAllowed(unread);
    const commits = unread.evidence.commits.map((commit) => ({ ...commit, verified: false }));
    expectStopped(unread.commits(...commits), 'pushers-unknown');
  });

  threat(89, 'an approver who has a workflow push commits under the requester’s name approves nothing', () => {
    const bot = { id: 41_898_282, login: 'github-actions[bot]', type: 'Bot' } as const;
    const pushed = anEvidence().approvedBy('bob');
    const commits = pushed.evidence.commits.map((commit) => ({ ...commit, verified: false }));
    expectAllowed(pushed.commits(...commits));
    expectStopped(
      pushed.commits(...commits).with({ pushers: [...(pushed.evidence.pushers ?? []), bot] }),
      'pushers-unknown',
    );
  });

  threat(89, 'a code owner who has a workflow open a policy change does not approve it', () => {
    const author = (account: Account) => ({ account, name: account.login, email: 'bot@users.noreply.github.com' });
    const opened = (account: Account) =>
      anEvidence()
        .changing(aChange('README.md', null, { status: 'modified' }))
        .pull({ author: account })
        .with({ pushers: [account] })
        .commits(aCommit('alice', { author: author(account), committer: WEB_FLOW }))
        .approvedBy('erin');
    const bot = { id: 41_898_282, login: 'github-actions[bot]', type: 'Bot' } as const;
    expectAllowed(opened({ id: 49_699_333, login: 'dependabot[bot]', type: 'Bot' }));
    expectStopped(opened(bot), 'pushers-unknown');
  });
});

describe('what is removed, and how long it lasts', () => {
  threat(90, async () => {
    const world = aWorld();
    const used: [type: string, config: JsonObject][] = [];
    const openProvider = async (type: string, config: JsonObject) => {
      used.push([type, config]);
      return world.target.open(type, config);
    };
    grantRead(world, { duration: '1h' });
    await world.as({ openProvider });
    const [granted] = used;
    expect(granted?.[1]).toMatchObject({ credentials: 'ORDERS_PG' });
    const text = textOf(world, CATALOG)
      .replace('credentials: ORDERS_PG', 'credentials: OTHER_PG')
      .replace('role: app_read', 'role: app_other');
    merged(world, { by: bob, approvedBy: [heidi], files: { [CATALOG]: text } });
    await world.sweep();
    expect(await entriesOf(world, 'governing-accepted')).toHaveLength(1);
    used.length = 0;
    world.advance(HOUR);
    await world.as({ openProvider });
    expect(world.target.sent.at(-1)).toMatchObject({ slot: READ_SLOT, value: null });
    expect(used).toEqual([granted]);
  });

  threat(91, () => {
    const length = fc.integer({ min: 30, max: 240 });
    fc.assert(
      fc.property(fc.array(length, { minLength: 2, maxLength: 6 }), (lengths) => {
        // Carol is on call: each is automatic, and each begins where the one before ends.
        const held: HeldGrant[] = [];
        let starts: Instant = NOW;
        for (const minutes of lengths) {
          const asked = anEvidence()
            .by('carol')
            .fields({ duration: `${minutes}m`, starts: `"${starts}"` })
            .holding(...held);
          const expires = plus(starts, minutes * MINUTE);
          const isAllowed = between(NOW, expires) <= 8 * HOUR;
          for (const decision of [asked.decide(), asked.merged().decide()]) {
            expect(decision.verdict === 'allow').toBe(isAllowed);
            if (!isAllowed) expect(codesOf(decision)).toContain('continuous-over-max');
          }
          if (!isAllowed) return;
          held.push(aGrant('carol', { id: `${held.length}-0a1b2c3d`, starts, expires }));
          starts = expires;
        }
      }),
      { numRuns: 40 },
    );
  });

  const locked = (subjects: string) =>
    `apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: incident 7, subjects: [${subjects}], reason: a stolen laptop }\n`;

  threat(92, 'an added lock works now, however it came', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.github.push({ [LOCKS]: locked('person:alice') });
    await world.sweep();
    expect([...world.target.held]).toEqual([]);
    expect((await entriesOf(world, 'locked')).map(({ lock }) => lock)).toEqual(['incident 7']);
  });

  threat(92, 'an added lock works while what is said under a grant cannot be made out', async () => {
    const world = aWorld();
    const number = grantRead(world);
    await world.sweep();
    world.github.pulls.get(number)?.comments.push({ id: 1, body: 'half an answer' });
    world.github.push({ [LOCKS]: locked('person:alice') });
    const report = await world.sweep();
    expect([...world.target.held]).toEqual([]);
    expect(report.stops.map(({ key }) => key)).toContain('branch-unreadable');
  });

  threat(92, 'every grant of who is locked ends, so that none keeps the place', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    grantRead(world, { duration: '2h' }, 'requests/orders-db/read-only/second.yaml');
    await world.sweep();
    world.github.push({ [LOCKS]: locked('team:engineering') });
    await world.sweep();
    expect([...world.target.held]).toEqual([]);
    expect(await entriesOf(world, 'locked')).toHaveLength(2);
  });

  threat(92, 'a push that removes one removes nothing', async () => {
    const world = aWorld();
    const none = textOf(world, LOCKS);
    merged(world, { by: bob, approvedBy: [grace], files: { [LOCKS]: locked('person:alice') } });
    await world.sweep();
    world.github.push({ [LOCKS]: none });
    grantRead(world);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  });
});

describe('words in comments', () => {
  const held = async (): Promise<{ world: TestWorld; number: number }> => {
    const world = aWorld();
    const number = grantRead(world);
    await world.sweep();
    world.advance(10 * MINUTE);
    return { world, number };
  };
  const COMMAND = '/gatepass return';
  const attempts: readonly [string, (world: TestWorld, number: number) => void][] = [
    ['an outsider', (world, number) => world.github.comment(number, mallory, COMMAND)],
    [
      'an edited comment',
      (world, number) => world.github.editComment(world.github.comment(number, alice, 'hello'), alice, COMMAND),
    ],
    ['a bot', (world, number) => world.github.comment(number, alice, COMMAND, { type: 'Bot' })],
    [
      'who took the login since',
      (world, number) => world.github.comment(number, { id: 6666, login: 'alice' }, COMMAND),
    ],
    ['somebody who quotes', (world, number) => world.github.comment(number, alice, `> ${COMMAND}`)],
  ];
  for (const [who, say] of attempts) {
    threat(93, `${who} ends nothing`, async () => {
      const { world, number } = await held();
      say(world, number);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(true);
    });
  }

  threat(93, 'who holds it does', async () => {
    const { world, number } = await held();
    world.github.comment(number, alice, COMMAND);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('break-glass', () => {
  const glass = (name: string, fields: Readonly<Record<string, string>> = {}) =>
    anEvidence()
      .by(name)
      .asking(WRITE, { duration: '1h', breakGlass: 'true', ...fields });

  threat(94, 'it replaces approvals, and nothing else', () => {
    expectAllowed(glass('carol'));
    expectStopped(glass('carol', { duration: '90m' }), 'duration-over-max');
    expectStopped(glass('alice'), 'break-glass-not-eligible');
    const locks = `apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: now, subjects: [person:carol], reason: gone }\n`;
    expectStopped(glass('carol').governing(LOCKS, locks), 'locked');
    const outside = glass('carol').governing(RULES, (text) => text.replaceAll('[team:engineering]', '[team:dba]'));
    expectStopped(outside.team('dba', { names: ['dan'] }), 'no-rule-fits');
  });

  threat(94, 'one that is live, or was not reviewed, blocks the next', () => {
    const having = (over: Partial<HeldGrant>) =>
      glass('carol').holding(aGrant('carol', { role: 'read-write', breakGlass: true, reviewed: true, ...over }));
    const over = { starts: plus(NOW, -3 * HOUR), expires: plus(NOW, -2 * HOUR) };
    expectAllowed(having(over));
    expectStopped(having({}), 'break-glass-owed');
    expectStopped(having({ ...over, reviewed: false }), 'break-glass-owed');
  });

  threat(94, 'the review is an owner’s who had no part in it; waiting is none', async () => {
    const world = aWorld();
    const broken = (path: string) => {
      const files = { [path]: aRequest({ duration: '1h', breakGlass: 'true' }) };
      return merged(world, { by: carol, approvedBy: [], files });
    };
    const first = broken(WRITE);
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    world.github.approve(first, carol);
    world.github.comment(first, mallory, '/gatepass reviewed');
    // Forty days later she is on call again.
    world.advance(42 * DAY);
    await world.sweep();
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['review-overdue']);
    const sent = world.target.sent.length;
    broken('requests/orders-db/read-write/again.yaml');
    await world.sweep();
    expect(world.target.sent).toHaveLength(sent);
    expect((await entriesOf(world, 'refused')).map(({ code }) => code)).toEqual(['break-glass-owed']);
    world.github.comment(first, bob, '/gatepass reviewed');
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    broken('requests/orders-db/read-write/third.yaml');
    await world.sweep();
    expect(world.target.sent.length).toBe(sent + 1);
  });
});

import { describe, expect, it } from 'vitest';
import { newAlarmBoard } from '../../app/alarm.ts';
import { newClock } from '../../app/clock-memory.ts';
import type { Gate } from '../../app/gate.ts';
import { newHealth } from '../../app/health.ts';
import { createNotifier, sealWith } from '../../app/notify.ts';
import { newWitness } from '../../app/witness.ts';
import { GitHubError } from '../../github/client.ts';
import { gitCache } from '../../github/tree.ts';
import { type Answer, BASE, REPOSITORY, type Row, type Sent, wire } from '../support/wire.ts';

const APP = { id: 1 };
const ISSUES = `GET ${BASE}/issues`;
const COMMENTS = `GET ${BASE}/issues/7/comments`;
const COMMENT = `POST ${BASE}/issues/7/comments`;
const KEEP = `PATCH ${BASE}/issues/7`;

const issue = (number: number, app: unknown = APP, type = 'Bot') => ({
  number,
  user: { id: 9, login: 'somebody', type },
  state: 'open',
  body: 'old',
  html_url: `https://x/${number}`,
  performed_via_github_app: app,
});
/** So many pages of what `item` makes. */
const pages =
  (count: number, item: (page: number) => unknown) =>
  (sent: Sent): Answer => {
    const page = Number(sent.query.get('page') ?? 1);
    const next = page < count ? { link: `<https://x/?page=${page + 1}&per_page=100>; rel="next"` } : {};
    return { body: Array.from({ length: 100 }, () => item(page)), headers: next };
  };

function notifierOver(rows: Readonly<Record<string, Row | 'network'>>, mentions = async () => ['@acme/platform']) {
  const { github, sent, calls } = wire({
    [ISSUES]: { body: [issue(7)] },
    [COMMENTS]: { body: [] },
    [COMMENT]: { status: 201 },
    [KEEP]: {},
    [`GET ${BASE}/git/ref/heads/gatepass/ledger`]: { status: 404, body: { message: 'Not Found' } },
    ...rows,
  });
  const gate: Gate = {
    appId: APP.id,
    repository: REPOSITORY,
    ledger: REPOSITORY,
    web: 'https://github.test',
    connect: async () => github,
    login: async () => 'gatepass-gate[bot]',
    git: gitCache(),
    ledgerFiles: new Map(),
    health: newHealth(),
    witness: newWitness(),
    clock: newClock(),
    alarms: newAlarmBoard(),
    log: { info() {}, warn() {}, error() {} },
    enqueue() {},
    enqueueAll() {},
    tell() {},
  };
  gate.alarms.open.set('sweep-silent', { key: 'sweep-silent', severity: 'critical', message: 'm', next: 'n' });
  const bodies = (call: string) =>
    sent.filter((each) => each.call === call).map(({ body }) => String((body as { body?: unknown }).body));
  return { notifier: createNotifier(gate, { webhook: null, seal: sealWith('k'), mentions }), calls, bodies, sent };
}

describe('the issue about alerts', () => {
  it('is kept, and people are called, under more comments than can be read', async () => {
    const spam = pages(102, () => ({ id: 1, body: 'spam', performed_via_github_app: null }));
    const { notifier, bodies } = notifierOver({ [COMMENTS]: spam });
    await notifier.tell(0);
    expect(bodies(KEEP).at(-1)).toContain('sweep-silent');
    expect(bodies(COMMENT)).toHaveLength(1);
    await notifier.tell(0);
    expect(bodies(COMMENT)).toHaveLength(1);
  });

  it('is kept though nobody may comment, and the comment is tried again', async () => {
    let isRefused = true;
    const { notifier, bodies, calls } = notifierOver({ [COMMENT]: () => ({ status: isRefused ? 403 : 201 }) });
    await expect(notifier.tell(0)).rejects.toThrow();
    expect(bodies(KEEP).at(-1)).toContain('sweep-silent');
    isRefused = false;
    await notifier.tell(1);
    expect(calls().filter((call) => call === COMMENT)).toHaveLength(2);
  });

  it('is kept though who is called cannot be read, and calls whom it called before', async () => {
    let isRead = true;
    const { notifier, bodies } = notifierOver({}, async () => {
      if (isRead) return ['@acme/platform'];
      throw new GitHubError('server', 'no');
    });
    await notifier.tell(0);
    isRead = false;
    await notifier.tell(0);
    expect(bodies(KEEP).at(-1)).toContain('@acme/platform');
  });

  it('is kept though who is called could never be read', async () => {
    const { notifier, bodies } = notifierOver({}, async () => {
      throw new GitHubError('server', 'no');
    });
    await notifier.tell(0);
    expect(bodies(KEEP).at(-1)).toContain('sweep-silent');
  });

  it('is read from the oldest on and no further, however many others set its label', async () => {
    const many = pages(200, (page) => issue(page, page === 2 ? APP : null));
    const { notifier, sent } = notifierOver({
      [ISSUES]: many,
      [`GET ${BASE}/issues/2/comments`]: { body: [] },
      [`POST ${BASE}/issues/2/comments`]: { status: 201 },
      [`PATCH ${BASE}/issues/2`]: {},
    });
    await notifier.tell(0);
    const read = sent.filter(({ call }) => call === ISSUES);
    expect(read).toHaveLength(2);
    expect(read[0]?.query.get('direction')).toBe('asc');
  });

  it('is none that a person made who signed in through our app', async () => {
    const { notifier, bodies } = notifierOver({ [ISSUES]: { body: [issue(3, APP, 'User'), issue(7)] } });
    await notifier.tell(0);
    expect(bodies(KEEP).at(-1)).toContain('sweep-silent');
  });

  it('holds up the webhook for half a minute after a start, no longer, and is told once it can be read', async () => {
    let isDown = true;
    const { notifier, bodies } = notifierOver({
      [ISSUES]: () => (isDown ? { status: 502 } : { body: [issue(7)] }),
    });
    for (const attempt of [0, 1, 2]) await expect(notifier.tell(attempt)).rejects.toThrow();
    expect(await notifier.tell(3)).toBe(40);
    isDown = false;
    expect(await notifier.tell(4)).toBeNull();
    expect(bodies(KEEP).at(-1)).toContain('sweep-silent');
  });
});

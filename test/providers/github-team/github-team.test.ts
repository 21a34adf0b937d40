import { describe, expect, it } from 'vitest';
import { githubTeam } from '../../../providers/github-team/github-team.ts';
import type { Identity } from '../../../providers/provider.ts';
import { type Answer, scriptedGitHub } from '../../support/scripted-github.ts';

const ORG = '/orgs/acme';
const TEAM = `${ORG}/teams/payments-production`;
const ALICE: Identity = { name: 'alice', github: { id: 1001, login: 'alice' }, identity: null };
const user = (id: number, login: string): Answer => ({ body: { id, login } });

type Script = Readonly<Record<string, Answer | readonly [Answer, ...Answer[]]>>;
const BASE: Script = {
  [`GET ${ORG}`]: { body: { id: 9000, login: 'acme' } },
  [`GET ${TEAM}`]: { body: { id: 77, slug: 'payments-production' } },
  [`GET ${TEAM}/teams`]: { body: [] },
  [`GET ${TEAM}/members`]: { body: [] },
  'GET /user/1001': user(1001, 'alice'),
};

async function world(script: Script) {
  const github = scriptedGitHub({ ...BASE, ...script });
  const provider = await githubTeam.open({ organization: 'acme', allowMaintainer: true }, github.io);
  const slot = {
    provider: 'github-team',
    zone: 'default',
    key: 'github-team:77/1001',
    config: { organization: 'acme', allowMaintainer: true },
    ids: { organization: 9000, team: 77, slug: 'payments-production', user: 1001 },
    levels: ['member', 'maintainer'],
    label: 'alice in acme/payments-production',
  };
  const set = (value: string | null) => provider.set({ slot, value, until: null, endSessions: false });
  const writes = () => github.calls.filter((call) => !call.startsWith('GET'));
  return { provider, slot, set, writes, ...github };
}

describe('naming a slot', () => {
  it('takes immutable ids', async () => {
    const { provider, slot } = await world({});
    expect(await provider.resolve({ team: 'payments-production' }, ALICE)).toEqual({ slot, value: 'member' });
    expect((await provider.resolve({ team: 'payments-production', role: 'maintainer' }, ALICE)).value).toBe(
      'maintainer',
    );
  });

  it.each<[string, Script, object, Identity, object]>([
    ['a service', {}, {}, { ...ALICE, github: null }, { code: 'unknown-principal' }],
    ['an account that is gone', { 'GET /user/1001': { status: 404 } }, {}, ALICE, { code: 'unknown-principal' }],
    ['another account than was asked for', { 'GET /user/1001': user(1, 'alice') }, {}, ALICE, { code: 'unexpected' }],
    ['a team that is not there', { [`GET ${TEAM}`]: { status: 404 } }, {}, ALICE, { code: 'parent-missing' }],
    ['an organisation that is not there', { [`GET ${ORG}`]: { status: 404 } }, {}, ALICE, { code: 'parent-missing' }],
    [
      'a team with a child',
      { [`GET ${TEAM}/teams`]: { body: [{ slug: 'oncall' }] } },
      {},
      ALICE,
      { code: 'policy', message: /`oncall`/ },
    ],
    ['a role that is none', {}, { role: 'admin' }, ALICE, { code: 'configuration' }],
  ])('refuses %s', async (_, script, target, who, expected) => {
    const { provider } = await world(script);
    await expect(provider.resolve({ team: 'payments-production', ...target }, who)).rejects.toMatchObject(expected);
  });
});

describe('observing', () => {
  it('asks two lists for a team, however many slots', async () => {
    const members = Array.from({ length: 50 }, (_, at) => ({ id: 2000 + at, login: `m${at}` }));
    const { provider, slot, calls } = await world({
      [`GET ${TEAM}/members?role=member&per_page=100&page=1`]: { body: members },
    });
    const slots = members.map(({ id }) => ({ ...slot, key: `github-team:77/${id}`, ids: { ...slot.ids, user: id } }));
    expect((await provider.observe(slots)).every(({ value }) => value === 'member')).toBe(true);
    expect(calls).toHaveLength(5);
  });

  it('finds an invitation that waits', async () => {
    const { provider, slot } = await world({
      [`GET ${TEAM}/memberships/alice`]: { body: { role: 'member', state: 'pending' } },
    });
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: 'member', pending: true }]);
  });

  it('finds nothing for an account that is gone', async () => {
    const { provider, slot } = await world({ 'GET /user/1001': { status: 404 } });
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: null }]);
  });

  it('follows a team that was renamed', async () => {
    const { provider, slot } = await world({
      [`GET ${TEAM}`]: { status: 404 },
      [`GET ${ORG}/teams`]: { body: [{ id: 77, slug: 'pay-prod' }] },
      [`GET ${ORG}/teams/pay-prod/members?role=maintainer&per_page=100&page=1`]: { body: [{ id: 1001, login: 'x' }] },
      [`GET ${ORG}/teams/pay-prod/members?role=member&per_page=100&page=1`]: { body: [] },
      [`GET ${ORG}/teams/pay-prod/teams`]: { body: [] },
    });
    expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: 'maintainer' }]);
  });

  it.each<[string, Script]>([
    ['the organisation is not to be seen', { [`GET ${ORG}`]: { status: 404 } }],
    ['another organisation has its name', { [`GET ${ORG}`]: { body: { id: 1, login: 'acme' } } }],
    ['the team is not to be seen', { [`GET ${TEAM}`]: { status: 404 }, [`GET ${ORG}/teams`]: { body: [] } }],
    [
      'another team has its name',
      {
        [`GET ${TEAM}`]: { body: { id: 1, slug: 'payments-production' } },
        [`GET ${ORG}/teams`]: { body: [{ id: 1 }] },
      },
    ],
    ['the list breaks off', { [`GET ${TEAM}/members`]: { status: 502 } }],
    [
      'a child team hides what is held directly',
      {
        [`GET ${TEAM}/members`]: { body: [{ id: 1001, login: 'alice' }] },
        [`GET ${TEAM}/teams`]: { body: [{ slug: 'oncall' }] },
      },
    ],
  ])('throws when %s: unknown is not absent', async (_, script) => {
    const { provider, slot } = await world(script);
    await expect(provider.observe([slot])).rejects.toThrow();
  });

  it('throws on a slot that names no team', async () => {
    const { provider, slot } = await world({});
    await expect(provider.observe([{ ...slot, ids: {} }])).rejects.toMatchObject({ code: 'configuration' });
  });
});

describe('changing', () => {
  const MEMBERSHIP = `${TEAM}/memberships/alice`;

  it('invites who is not in the organisation, and does not invite twice', async () => {
    const pending = { body: { role: 'member', state: 'pending' } };
    const { set, writes, bodies } = await world({
      [`PUT ${MEMBERSHIP}`]: pending,
      [`GET ${MEMBERSHIP}`]: [{ status: 404 }, pending],
    });
    const waiting = { is: 'pending', afterSeconds: 300, why: 'invitation' };
    expect([await set('member'), await set('member')]).toEqual([waiting, waiting]);
    expect(writes()).toEqual([`PUT ${MEMBERSHIP}`]);
    expect(bodies).toContainEqual({ role: 'member' });
  });

  it('takes back an invitation that nobody accepted', async () => {
    const { set, writes } = await world({
      [`GET ${MEMBERSHIP}`]: { body: { role: 'member', state: 'pending' } },
      [`DELETE ${MEMBERSHIP}`]: { status: 204 },
    });
    expect(await set(null)).toEqual({ is: 'done', changed: true });
    expect(writes()).toEqual([`DELETE ${MEMBERSHIP}`]);
  });

  it('refuses to make an owner a member, before changing anything', async () => {
    const { set, writes } = await world({
      [`GET ${ORG}/memberships/alice`]: { body: { role: 'admin', state: 'active' } },
    });
    expect(await set('member')).toMatchObject({ is: 'refused', why: 'immutable' });
    expect(writes()).toEqual([]);
  });

  it.each<[string, Answer, object]>([
    [
      'a team that an identity provider fills',
      { status: 403, body: { message: 'This team is managed by an identity provider' } },
      { is: 'refused', why: 'managed-elsewhere' },
    ],
    [
      'team synchronization',
      { status: 403, body: { message: 'Team Synchronization is enabled' } },
      { is: 'refused', why: 'managed-elsewhere' },
    ],
    ['an account that is not there', { status: 404 }, { is: 'refused', why: 'unknown-principal' }],
    [
      'an account that may not join',
      { status: 422, body: { message: 'Validation failed' } },
      { is: 'refused', why: 'policy' },
    ],
  ])('reports %s', async (_, answer, expected) => {
    const { set } = await world({ [`PUT ${MEMBERSHIP}`]: answer });
    expect(await set('member')).toMatchObject(expected);
  });

  it.each([null, 'member'])('throws when the app may not (%s)', async (value) => {
    const held = value === null ? { body: { role: 'member', state: 'active' } } : { status: 404 };
    const no = { status: 403, body: { message: 'Resource not accessible by integration' } };
    const { set } = await world({
      [`GET ${MEMBERSHIP}`]: held,
      [`PUT ${MEMBERSHIP}`]: no,
      [`DELETE ${MEMBERSHIP}`]: no,
    });
    await expect(set(value)).rejects.toMatchObject({
      code: 'forbidden',
      retry: 'no',
      message: expect.stringContaining('Members: read and write'),
    });
  });

  it('reports a removal that an identity provider refuses', async () => {
    const { set } = await world({
      [`GET ${MEMBERSHIP}`]: { body: { role: 'member', state: 'active' } },
      [`DELETE ${MEMBERSHIP}`]: { status: 403, body: { message: 'managed by an external group' } },
    });
    expect(await set(null)).toMatchObject({ is: 'refused', why: 'managed-elsewhere' });
  });

  it('takes a removal that somebody else made first for done', async () => {
    const { set } = await world({
      [`GET ${MEMBERSHIP}`]: { body: { role: 'member', state: 'active' } },
      [`DELETE ${MEMBERSHIP}`]: { status: 404 },
    });
    expect(await set(null)).toEqual({ is: 'done', changed: false });
  });

  it('writes to the present login of the account, never to a recycled one', async () => {
    const { set, writes } = await world({
      'GET /user/1001': user(1001, 'alice-smith'),
      [`PUT ${TEAM}/memberships/alice-smith`]: { body: { role: 'member', state: 'active' } },
    });
    expect(await set('member')).toEqual({ is: 'done', changed: true });
    expect(writes()).toEqual([`PUT ${TEAM}/memberships/alice-smith`]);
  });

  it('gives nothing to an account that is gone, and has nothing to take from it', async () => {
    const { set, writes } = await world({ 'GET /user/1001': { status: 404 } });
    expect(await set('member')).toMatchObject({ is: 'refused', why: 'unknown-principal' });
    expect(await set(null)).toEqual({ is: 'done', changed: false, note: 'the GitHub account 1001 is gone' });
    expect(writes()).toEqual([]);
  });
});

describe('a team that was deleted', () => {
  const list = (teams: readonly object[]) => ({
    [`GET ${TEAM}`]: { status: 404 },
    [`GET ${ORG}/teams`]: { body: [...teams] },
  });

  async function visible(script: Script) {
    const { provider, slot, writes } = await world(script);
    const seen = { ...slot, ids: { ...slot.ids, visible: true } };
    const set = (value: string | null) => provider.set({ slot: seen, value, until: null, endSessions: false });
    return { provider, slot, seen, set, writes };
  }

  it('is told by its name and by its privacy when the grant is made', async () => {
    const closed = { body: { id: 77, slug: 'payments-production', privacy: 'closed' } };
    const { provider } = await world({ [`GET ${TEAM}`]: closed });
    const { slot } = await provider.resolve({ team: 'payments-production' }, ALICE);
    expect(slot.ids).toMatchObject({ team: 77, visible: true });
  });

  it.each<[string, Script]>([
    ['is not in the whole list', list([{ id: 5, slug: 'other' }])],
    [
      'is not in the whole list, and another has its name',
      {
        [`GET ${TEAM}`]: { body: { id: 78, slug: 'payments-production', privacy: 'closed' } },
        [`GET ${ORG}/teams`]: { body: [{ id: 78, slug: 'payments-production' }] },
      },
    ],
  ])('and %s holds nobody: what is owed there is done, nothing is given, nothing is touched', async (_, script) => {
    const { provider, seen, slot, set, writes } = await visible(script);
    expect(await provider.observe([slot, seen])).toEqual([
      { slot: slot.key, value: null },
      { slot: slot.key, value: null },
    ]);
    expect(await set(null)).toMatchObject({ is: 'done', changed: false, note: expect.stringContaining('77 is gone') });
    expect(await set('member')).toMatchObject({ is: 'refused', why: 'gone' });
    expect(writes()).toEqual([]);
  });

  it.each<[string, Script]>([
    ['its organisation has another id', { ...list([]), [`GET ${ORG}`]: { body: { id: 1, login: 'acme' } } }],
    ['the list may not be read', { ...list([]), [`GET ${ORG}/teams`]: { status: 403 } }],
    ['it was only renamed', { ...list([{ id: 77, slug: 'pay' }]), [`GET ${ORG}/teams/pay/members`]: { status: 502 } }],
  ])('is not believed to be so where %s', async (_, script) => {
    const { provider, seen } = await visible(script);
    await expect(provider.observe([seen])).rejects.toThrow();
  });

  it('is not believed to be so of a secret team, or of a grant from before this was kept', async () => {
    const { provider, slot } = await visible(list([]));
    await expect(provider.observe([slot])).rejects.toMatchObject({ code: 'parent-missing' });
  });
});

describe('checking', () => {
  it('is content, or says which permission is missing', async () => {
    expect(await (await world({ [`GET ${ORG}/teams`]: { body: [] } })).provider.check()).toEqual([]);
    const { provider } = await world({ [`GET ${ORG}/teams`]: { status: 403, body: { message: 'no' } } });
    expect(await provider.check()).toMatchObject([
      { severity: 'error', fix: expect.stringContaining('Members: read and write') },
    ]);
  });
});

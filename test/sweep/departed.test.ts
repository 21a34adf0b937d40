import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { httpError, type MemoryUser } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const { alice, bob, erin } = people;

async function held(): Promise<TestWorld> {
  const world = aWorld();
  grantRead(world);
  await world.sweep();
  world.advance(10 * MINUTE);
  return world;
}

/** From the organisation; the account stays, and may bear another name by now. */
function leaves(world: TestWorld, user: MemoryUser, login: string = user.login): void {
  const { users, outsiders } = world.github;
  users.splice(
    users.findIndex(({ id }) => id === user.id),
    1,
  );
  outsiders.push({ ...user, login });
}

describe('a grant whose holder left', () => {
  it('the organisation ends at once, and is not begun again', async () => {
    const world = await held();
    leaves(world, alice);
    const report = await world.sweep();
    expect(report.revoked.map(({ because, result }) => [because, result])).toEqual([['left', 'done']]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await entriesOf(world, 'left')).map(({ why }) => why)).toEqual(['organization']);
    world.advance(MINUTE);
    expect((await world.sweep()).written).toEqual([]);
    expect((await world.ledger()).state.grants.get(report.grants[0]?.terms.id ?? '')?.ended?.why).toBe('left');
  });

  it('GitHub altogether ends too, and the entry says so', async () => {
    const world = await held();
    leaves(world, alice);
    world.github.outsiders.length = 0;
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await entriesOf(world, 'left')).map(({ why }) => why)).toEqual(['account']);
  });

  it('before it began never begins', async () => {
    const world = aWorld();
    grantRead(world, { starts: '2026-11-23T12:00:00Z' });
    await world.sweep();
    leaves(world, alice);
    await world.sweep();
    world.advance(2 * HOUR);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await entriesOf(world, 'left')).toHaveLength(1);
  });

  it('asks that the sessions be ended as well', async () => {
    const world = await held();
    const ended: boolean[] = [];
    world.target.before = ({ endSessions }) => {
      ended.push(endSessions);
    };
    leaves(world, alice);
    await world.sweep();
    expect(ended).toEqual([true]);
  });
});

describe('a grant runs on', () => {
  it.each<[string, (world: TestWorld) => void]>([
    [
      'when the members cannot be listed',
      (world) => {
        world.github.before = (route) => {
          if (route === 'GET /orgs/{org}/members') throw httpError(403, 'Resource not accessible by integration');
        };
      },
    ],
    [
      'when the list leaves out a member whom GitHub then shows',
      (world) => {
        leaves(world, alice);
        world.github.concealed.push(alice);
      },
    ],
    [
      'when GitHub does not say whether the account is a member',
      (world) => {
        leaves(world, alice);
        world.github.before = (route) => {
          if (route.startsWith('GET /orgs/{org}/memberships')) throw httpError(403, 'Forbidden');
        };
      },
    ],
    [
      'when GitHub is down',
      (world) => {
        world.github.before = (route) => {
          if (route.startsWith('GET /orgs') || route.startsWith('GET /user')) throw httpError(502, 'Bad gateway');
        };
      },
    ],
    [
      'when its holder was only renamed',
      (world) => {
        const at = world.github.users.findIndex(({ id }) => id === alice.id);
        world.github.users[at] = { ...alice, login: 'alice-2' };
      },
    ],
    ['when somebody else left', (world) => leaves(world, erin)],
  ])('%s', async (_, happens) => {
    const world = await held();
    happens(world);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect(await entriesOf(world, 'left')).toEqual([]);
  });

  it('when many seem to have left at once: nothing begins, and a person looks first', async () => {
    const world = aWorld();
    const many = Array.from({ length: 11 }, (_, index) => ({ id: 3001 + index, login: `person-${index}` }));
    addPeople(world, many);
    for (const [index, who] of many.entries()) {
      const path = `requests/orders-db/read-only/ask-${index}.yaml`;
      merged(world, { by: who, approvedBy: [bob], files: { [path]: aRequest() } });
    }
    await world.sweep();
    expect(world.target.held.size).toBe(11);
    for (const who of many) leaves(world, who);
    grantRead(world);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['departures-doubtful']);
    expect(world.target.held.size).toBe(11);
    world.github.users.push(many[0] as MemoryUser);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    expect(await entriesOf(world, 'left')).toHaveLength(10);
    expect(world.target.held.size).toBe(2);
  });
});

/** In `policies/people.yaml` from the root on, in the organisation and in the team that may ask. */
function addPeople(world: TestWorld, many: readonly MemoryUser[]): void {
  const rows = many.map(
    ({ id, login }) =>
      `  ${login}:\n    github: { id: ${id}, login: ${login} }\n    identities: { postgres: ${login} }\n`,
  );
  const path = 'policies/people.yaml';
  const before = world.github.git.tip('main').files.get(path)?.text ?? '';
  merged(world, {
    by: bob,
    approvedBy: [people.grace],
    files: { [path]: before.replace('services:\n', `${rows.join('')}services:\n`) },
  });
  world.github.users.push(...many);
  world.github.teams.get('engineering')?.members.push(...many);
}

describe('a service', () => {
  it('that the policies no longer have loses what it holds', async () => {
    const world = aWorld();
    merged(world, {
      by: alice,
      approvedBy: [people.grace],
      files: {
        'policies/rules/databases.yaml': (
          world.github.git.tip('main').files.get('policies/rules/databases.yaml')?.text ?? ''
        ).replace(
          'subjects: [team:engineering]\n    explain: an owner of the database agrees',
          'subjects: [team:engineering, service:checkout-deploy]\n    openers: [team:engineering]\n    explain: an owner of the database agrees',
        ),
      },
    });
    await world.sweep();
    merged(world, {
      by: alice,
      approvedBy: [people.carol],
      files: { 'requests/orders-db/read-only/deploy.yaml': aRequest({ subject: 'service:checkout-deploy' }) },
    });
    await world.sweep();
    expect(world.target.held.size).toBe(1);
    const before = world.github.git.tip('main').files.get('policies/people.yaml')?.text ?? '';
    const rules = world.github.git.tip('main').files.get('policies/rules/databases.yaml')?.text ?? '';
    merged(world, {
      by: alice,
      approvedBy: [people.grace],
      files: {
        'policies/people.yaml': before.slice(0, before.indexOf('services:')),
        'policies/rules/databases.yaml': rules.replace(', service:checkout-deploy', ''),
      },
    });
    const report = await world.sweep();
    expect(report.revoked.map(({ because }) => because)).toEqual(['left']);
    expect((await entriesOf(world, 'left')).map(({ why }) => why)).toEqual(['service']);
  });
});

import { describe, expect, it } from 'vitest';
import { anAccessRepository } from '../../support/access-repository.ts';
import { runCli } from '../../support/terminal.ts';

interface Row {
  readonly resource: string;
  readonly entitlement: string;
  readonly ways: readonly {
    readonly rule: string;
    readonly holds: boolean | null;
    readonly approvals: readonly string[];
  }[];
}

async function can(...args: string[]) {
  return runCli(['can', ...args], { cwd: await anAccessRepository() });
}

describe('gatepass can', () => {
  it('says what an engineer may ask for, for how long and by whose approval', async () => {
    const { code, out } = await can('--as', 'alice', '--team', 'engineering');
    expect(code).toBe(0);
    expect(out).toContain(
      'orders-db/read-write (high)\n  up to 2h, 1 of code owners (team:orders) and 1 of team:dba (writing needs an owner and a DBA)',
    );
  });

  it('finds the automatic way only for who is on call at that instant', async () => {
    const onCall = JSON.parse((await can('--as', 'carol', '--team', 'engineering,orders', '--json')).out) as Row[];
    const reading = onCall.find((row) => row.resource === 'orders-db' && row.entitlement === 'read-only');
    expect(reading?.ways[0]).toMatchObject({ rule: "the owners' on-call reads at once", holds: true, approvals: [] });
    const later = JSON.parse(
      (await can('--as', 'carol', '--team', 'engineering,orders', '--json', '--at', '2026-11-30T12:00:00Z')).out,
    ) as Row[];
    expect(later.find((row) => row.resource === 'orders-db')?.ways.map((way) => way.rule)).toEqual([
      'reading needs an owner',
    ]);
  });

  it('is honest that teams are unknown offline', async () => {
    const { out, err } = await can('--as', 'alice', '--json');
    expect(err).toContain('teams are unknown offline');
    expect((JSON.parse(out) as Row[]).flatMap((row) => row.ways).every((way) => way.holds === null)).toBe(true);
  });

  it('exits 1 when there is nothing to ask for', async () => {
    expect(await can('--as', 'grace', '--team', 'security')).toMatchObject({
      code: 1,
      out: 'grace may ask for nothing\n',
    });
  });

  it.each([
    ['nobody named', [], 'missing --as'],
    ['somebody unknown', ['--as', 'zoe'], 'has no `zoe`'],
    ['a team that no policy names', ['--as', 'alice', '--team', 'enginering'], 'no policy names the team `enginering`'],
    ['an instant without a zone', ['--as', 'alice', '--at', '2026-11-23'], 'is no instant'],
  ])('exits 2 for %s', async (_, args, message) => {
    const { code, err } = await can(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

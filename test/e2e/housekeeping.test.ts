/** The gate on the look-alike tidies up: files of requests that are over go by a pull request of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { DAY, MINUTE } from '../../core/time.ts';
import { HOUSEKEEPING_BRANCH } from '../../github/housekeeping-branch.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const FOLDER = 'requests/orders-db/read-only';

let world: GateWorld;
let times = 0;
let second: { path: string; number: number };
beforeAll(async () => {
  world = await startGateWorld();
});
afterAll(() => world.close());

/** Carol, on call, asks; the gate merges at once. */
async function asked(name: string, login: 'carol' | 'mallory' = 'carol'): Promise<{ path: string; number: number }> {
  const path = `${FOLDER}/${name}.yaml`;
  times += 1;
  const files = { [path]: request({ duration: '1h' }) };
  return { path, number: await world.open(login, files, { branch: `ask-${name}-${times}` }) };
}

async function blobs(): Promise<ReadonlyMap<string, string>> {
  const { data } = await world.as('heidi').git.getTree({ ...ACCESS, tree_sha: 'main', recursive: '1' });
  return new Map(data.tree.map(({ path, sha }) => [path, sha]));
}

/** As the applier writes it after the sweep. */
async function settled(
  type: 'refused' | 'quarantined' | 'deferred',
  { path, number }: { readonly path: string; readonly number: number },
): Promise<void> {
  const about = {
    request: { path, blob: (await blobs()).get(path) ?? '', pullRequest: number },
    commit: 'a'.repeat(40),
  };
  const body: Body =
    type === 'deferred'
      ? { type, ...about, why: 'w', until: '2026-12-23T10:00:00.000Z' as never }
      : { type, ...about, code: 'c', why: 'w', next: 'n' };
  await writeLedger(world, [body]);
}

async function pulls(): Promise<readonly { number: number; state: string; title: string; body: string | null }[]> {
  const head = `acme:${HOUSEKEEPING_BRANCH}`;
  return (await world.as('heidi').pulls.list({ ...ACCESS, state: 'all', head, sort: 'created' })).data;
}

describe('housekeeping', () => {
  it('waits until a file has been over for a week', async () => {
    await settled('refused', await asked('over'));
    await settled('quarantined', await asked('strange'));
    await settled('deferred', await asked('waiting'));
    second = await asked('second');
    await world.later();
    await world.hub.clock.advance(6 * DAY);
    await world.later();
    expect(await pulls()).toEqual([]);
  });

  it('then removes it by a pull request that is decided, and merged as the settings say', async () => {
    await world.hub.clock.advance(DAY + MINUTE);
    await world.later();
    await world.later();
    const [pull, ...more] = await pulls();
    expect(more).toEqual([]);
    expect(pull?.title).toBe('Remove the file of a request that is over');
    expect(pull?.body).toContain(`${FOLDER}/over.yaml`);
    expect(await world.isMerged(pull?.number ?? 0)).toBe(true);
    expect(await world.sticky(pull?.number ?? 0)).toContain('Tidied away');
    const left = [...(await blobs()).keys()].filter((path) => path.startsWith(`${FOLDER}/`));
    // What nobody looked into, and what is not decided, stays.
    expect(left).toEqual(expect.arrayContaining([`${FOLDER}/strange.yaml`, `${FOLDER}/waiting.yaml`]));
    expect(left).not.toContain(`${FOLDER}/over.yaml`);
  });

  it('keeps the path used up: asked again, it is refused before the merge', async () => {
    const { number } = await asked('over');
    expect(await world.isMerged(number)).toBe(false);
    expect(await world.check(number)).toMatchObject({ conclusion: 'failure' });
    expect((await world.check(number))?.summary).toContain('paths are single-use');
    await world.as('carol').pulls.update({ ...ACCESS, pull_number: number, state: 'closed' });
    await world.settle();
  });

  it('is not done again the same day', async () => {
    await settled('refused', second);
    await world.hub.clock.advance(23 * 60 * MINUTE);
    await world.later();
    expect(await pulls()).toHaveLength(1);
  });

  it('needs nobody’s approval by anybody, and no more than the ledger’s word', async () => {
    const tidy = await world.open('mallory', { [`${FOLDER}/second.yaml`]: null });
    expect(await world.isMerged(tidy)).toBe(true);
    const forged = await world.open('mallory', { [`${FOLDER}/waiting.yaml`]: null });
    expect(await world.isMerged(forged)).toBe(false);
    expect(await world.check(forged)).toMatchObject({ conclusion: null });
  });

  it('breaks none of GitHub’s rules for its API', () => {
    expect(world.problems).toEqual([]);
  });
});

describe('housekeeping where people merge', () => {
  let manual: GateWorld;
  beforeAll(async () => {
    manual = world;
    world = await startGateWorld({
      files: {
        'policies/settings.yaml':
          'apiVersion: gatepass/v1\nkind: Settings\nmerge: manual\nhousekeeping: { from: 2, after: 30d }\n',
      },
    });
  });
  afterAll(async () => {
    await world.close();
    world = manual;
  });

  const merged = async (name: string) => {
    const one = await asked(name);
    await world.as('heidi').pulls.merge({ ...ACCESS, pull_number: one.number, merge_method: 'squash' });
    await world.settle();
    return one;
  };
  const listed = async (number: number) =>
    (await world.as('heidi').pulls.listFiles({ ...ACCESS, pull_number: number })).data.map(
      ({ filename }) => filename.split('/').at(-1) ?? '',
    );

  it('opens it from so many files on, and leaves the merge to a person', async () => {
    await settled('refused', await merged('a'));
    await world.later();
    expect(await pulls()).toEqual([]);
    await settled('refused', await merged('b'));
    await world.later();
    const [pull] = await pulls();
    expect(pull?.state).toBe('open');
    expect(await world.check(pull?.number ?? 0)).toMatchObject({ conclusion: 'success' });
    expect(await listed(pull?.number ?? 0)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('brings it up to date, a day later at the earliest', async () => {
    const [pull] = await pulls();
    await settled('refused', await merged('c'));
    await world.later();
    expect(await listed(pull?.number ?? 0)).toEqual(['a.yaml', 'b.yaml']);
    await world.hub.clock.advance(DAY + MINUTE);
    await world.later();
    expect(await listed(pull?.number ?? 0)).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(await pulls()).toHaveLength(1);
    const { head } = (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: pull?.number ?? 0 })).data;
    await world.hub.clock.advance(DAY + MINUTE);
    await world.later();
    const again = (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: pull?.number ?? 0 })).data.head;
    expect(again.sha).toBe(head.sha);
  });

  it('takes no date of the future for a rest: whoever pushes there writes the date', async () => {
    const [pull] = await pulls();
    const number = pull?.number ?? 0;
    const git = world.as('heidi').git;
    const { head } = (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data;
    const { sha: keeps } = (
      await git.createTree({
        ...ACCESS,
        base_tree: head.sha,
        tree: [{ path: `${FOLDER}/a.yaml`, mode: '100644', type: 'blob', content: 'x' }],
      })
    ).data;
    const date = '2099-01-01T00:00:00Z';
    const by = { name: 'x', email: 'x@example.com', date };
    const { sha } = (
      await git.createCommit({
        ...ACCESS,
        message: 'x',
        tree: keeps,
        parents: [head.sha],
        author: by,
        committer: by,
      })
    ).data;
    await git.updateRef({ ...ACCESS, ref: `heads/${HOUSEKEEPING_BRANCH}`, sha });
    expect((await git.getCommit({ ...ACCESS, commit_sha: sha })).data.committer.date).toBe(date);
    await world.later();
    const after = (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data.head;
    expect(after.sha).not.toBe(sha);
    expect(await listed(number)).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  });

  it('leaves whoever closed it in peace', async () => {
    const [pull] = await pulls();
    await world.as('heidi').pulls.update({ ...ACCESS, pull_number: pull?.number ?? 0, state: 'closed' });
    await world.settle();
    await world.hub.clock.advance(29 * DAY);
    await world.later();
    expect(await pulls()).toHaveLength(1);
    await world.hub.clock.advance(2 * DAY);
    await world.later();
    expect((await pulls()).map(({ state }) => state).sort()).toEqual(['closed', 'open']);
  });
});

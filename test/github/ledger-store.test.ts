import { describe, expect, it } from 'vitest';
import { appendLedger, LEDGER_BRANCH, readLedger } from '../../github/ledger-store.ts';
import { httpError, MemoryGitHub, REPOSITORY } from '../support/memory-github.ts';

const MOVE = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';
const DAY = 'ledger/2026/11/22.jsonl';

function aGitHub(): MemoryGitHub {
  return new MemoryGitHub({ now: '2026-11-23T10:00:00.000Z', users: [], files: new Map() });
}

const write = (github: MemoryGitHub, expected: string | null, text: string, path = DAY) =>
  appendLedger(github, REPOSITORY, { expected, files: [{ path, text }], message: 'sweep' });

async function started(): Promise<{ github: MemoryGitHub; commit: string }> {
  const github = aGitHub();
  const done = await write(github, null, 'one\n');
  if (done === 'lost') throw new Error('lost');
  return { github, commit: done.commit };
}

describe('the ledger’s branch', () => {
  it('is told apart from an empty ledger when it is missing', async () => {
    expect(await readLedger(aGitHub(), REPOSITORY)).toEqual({ commit: null, segments: [], head: null });
  });

  it('gives back what was appended, in order of the days, and nothing else that lies there', async () => {
    const { github, commit } = await started();
    const next = await appendLedger(github, REPOSITORY, {
      expected: commit,
      files: [
        { path: 'ledger/2026/11/23.jsonl', text: 'two\n' },
        { path: 'ledger/notes.txt', text: 'x' },
      ],
      message: 'sweep',
    });
    const stored = await readLedger(github, REPOSITORY);
    expect(stored.segments).toEqual([
      { path: DAY, text: 'one\n' },
      { path: 'ledger/2026/11/23.jsonl', text: 'two\n' },
    ]);
    expect(next).toEqual({ commit: stored.commit });
  });

  it('is fetched only where it changed, with a cache', async () => {
    const { github, commit } = await started();
    const cache = new Map<string, string>();
    await readLedger(github, REPOSITORY, { cache });
    await write(github, commit, 'two\n', 'ledger/2026/11/23.jsonl');
    github.calls.length = 0;
    await readLedger(github, REPOSITORY, { cache });
    expect(github.calls.filter((route) => route.includes('/git/blobs/'))).toHaveLength(1);
  });

  it('keeps in the cache what the last read wanted, and of other branches what theirs did', async () => {
    const { github, commit } = await started();
    const cache = new Map([['gatepass/witness:1', 'kept']]);
    await readLedger(github, REPOSITORY, { cache });
    let tip = commit;
    for (const text of ['one\ntwo\n', 'one\ntwo\nthree\n']) {
      const done = await write(github, tip, text);
      if (done !== 'lost') tip = done.commit;
      await readLedger(github, REPOSITORY, { cache });
    }
    expect([...cache.values()]).toEqual(['kept', 'one\ntwo\nthree\n']);
  });

  it.each([['{"v":2}'], ['not json'], ['{"v":1,"seq":0,"hash":"x","at":"yesterday","key":"k","signature":"s"}']])(
    'has no head when it reads %s',
    async (text) => {
      const { github, commit } = await started();
      await write(github, commit, text, 'ledger/head.json');
      expect((await readLedger(github, REPOSITORY)).head).toBeNull();
    },
  );
});

describe('an append', () => {
  it('is lost when somebody was faster, and changes nothing', async () => {
    const { github, commit } = await started();
    await write(github, commit, 'one\ntwo\n');
    expect(await write(github, commit, 'one\nother\n')).toBe('lost');
    expect((await readLedger(github, REPOSITORY)).segments).toEqual([{ path: DAY, text: 'one\ntwo\n' }]);
  });

  it('is lost when the ledger was started by somebody else meanwhile', async () => {
    const { github } = await started();
    expect(await write(github, null, 'mine\n')).toBe('lost');
  });

  it('names no author, so that GitHub signs it', async () => {
    const { github, commit } = await started();
    let parameters: Readonly<Record<string, unknown>> = {};
    github.before = (route, given) => {
      if (route.endsWith('/git/commits')) parameters = given;
    };
    await write(github, commit, 'two\n');
    expect(Object.keys(parameters).sort()).toEqual(['message', 'owner', 'parents', 'repo', 'tree']);
  });

  it('fails, and is not lost, when GitHub refuses it and nobody moved the branch', async () => {
    const { github, commit } = await started();
    github.before = (route) => {
      if (route === MOVE) throw httpError(422, 'Repository rule violations found');
    };
    await expect(write(github, commit, 'two\n')).rejects.toMatchObject({ code: 'unprocessable' });
    expect(github.git.refs.get(`heads/${LEDGER_BRANCH}`)).toBe(commit);
  });
});

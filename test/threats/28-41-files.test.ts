/** What a pull request holds, and how it is read: at both gates. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { isRequestPath, parseRequestPath } from '../../core/document/paths.ts';
import { readYaml } from '../../core/document/read-yaml.ts';
import { isInRequests } from '../../core/policy/pull-kind.ts';
import { parseDuration, parseInstant } from '../../core/time.ts';
import { aChange, anEvidence, document, REQUEST } from '../support/evidence.ts';
import { fileOf, type MemoryFile } from '../support/memory-git.ts';
import { READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { atBothGates, atGate1, codesOf, evidenceOf, expectAllowed, expectStopped, stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob } = people;
const TEXT = document({ duration: '2h', reason: 'Replay payments stuck since the deploy' });

/** alice's pull request, where the branch holds this file as it is in the tree; bob has approved. */
function holding(world: TestWorld, file: MemoryFile, path = READ): number {
  const number = world.github.open(alice, { [READ]: aRequest() });
  const pull = world.github.pulls.get(number);
  const { files, parents } = world.github.git.at(pull?.heads[0] ?? '');
  const head = world.github.git.commit(new Map([...files, [path, file]]), parents);
  pull?.heads.splice(0, 1, head.sha);
  world.github.approve(number, bob);
  return number;
}

describe('the list of files', () => {
  threat(28, 'fewer listed than counted, or more than a request needs', () => {
    expectStopped(anEvidence().pull({ changedFiles: 3001 }).approvedBy('bob'), 'pull-request-truncated');
    const many = Array.from({ length: 11 }, (_, at) => aChange(`requests/orders-db/read-only/n${at}.yaml`, TEXT));
    expectStopped(
      anEvidence()
        .changing(...many)
        .approvedBy('bob'),
      'pull-request-too-large',
    );
  });

  threat(28, 'a file that the list leaves out is found in the trees, at both gates', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest(), 'policies/locks.yaml': 'x' });
    world.github.approve(number, bob);
    const { request: ask } = world.github;
    world.github.request = async (route, parameters) => {
      const response = await ask.call(world.github, route, parameters);
      if (route.endsWith('/files')) return { ...response, data: (response.data as unknown[]).slice(0, 1) };
      return response;
    };
    await expect(atGate1(world, number)).rejects.toMatchObject({ code: 'inconsistent' });
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'quarantined' });
  });

  threat(29, 'all seven ways a file can change, and one that GitHub has yet to invent', () => {
    const other = 'requests/orders-db/read-only/other.yaml';
    const ways = ['removed', 'modified', 'renamed', 'copied', 'changed', 'unchanged', 'teleported'] as const;
    for (const status of ways) {
      const previousPath = status === 'renamed' || status === 'copied' ? other : null;
      const change = aChange(REQUEST, TEXT, { status: status as never, previousPath });
      for (const decision of atBothGates(anEvidence().changing(change).approvedBy('bob'))) {
        // Whoever removes their own request gives it back, and asks for nothing.
        if (status === 'removed') expect(decision.pullKind).toBe('return');
        else expect([status, decision.verdict]).toEqual([status, 'invalid']);
      }
    }
    expectAllowed(anEvidence().changing(aChange(REQUEST, TEXT)).approvedBy('bob'));
  });

  threat(29, 'into a weaker owner’s path: the owners of both ends', () => {
    const moved = (from: string, to: string) =>
      anEvidence()
        .by('alice')
        .changing(aChange(to, 'x', { status: 'renamed', previousPath: from }));
    expectStopped(
      moved('policies/notes.md', 'notes.md').approvedBy('heidi', { user: { id: 1005, login: 'erin', type: 'User' } }),
      'approval-missing',
    );
    expectAllowed(moved('policies/notes.md', 'notes.md').approvedBy('erin').approvedBy('grace'));
    expectStopped(moved('README.md', REQUEST).approvedBy('bob').approvedBy('erin'), 'pull-request-mixed');
  });
});

describe('what a file is', () => {
  threat(30, async () => {
    const world = aWorld();
    const number = holding(world, fileOf('requests/orders-db/read-only/long.yaml', '120000'));
    expect(codesOf(await atGate1(world, number))).toContain('file-mode');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    expectStopped(
      anEvidence()
        .by('bob')
        .changing(aChange('policies/people.yaml', 'x', { mode: '120000' }))
        .approvedBy('grace'),
      'file-mode',
    );
    const elsewhere = aChange('docs/policies', 'policies', { mode: '120000' });
    expectStopped(anEvidence().by('bob').changing(elsewhere).approvedBy('heidi'), 'file-mode');
    expect(world.github.calls.filter((route) => route.includes('/contents/'))).toEqual([]);
  });

  threat(31, () => {
    for (const mode of ['160000', '100755', '040000', '100664']) {
      expectStopped(
        anEvidence()
          .changing(aChange(REQUEST, TEXT, { mode }))
          .approvedBy('bob'),
        'file-mode',
      );
      const policy = aChange('policies/people.yaml', 'x', { mode, status: 'modified' });
      expectStopped(anEvidence().by('bob').changing(policy).approvedBy('grace'), 'file-mode');
    }
    const submodule = aChange('vendor/x', null, { mode: '160000' });
    expectStopped(anEvidence().by('bob').changing(submodule).approvedBy('heidi'), 'file-mode');
  });

  threat(32, 'what only looks like a request is none, and passes as nothing else', () => {
    const good = 'requests/orders-db/read-only/replay.yaml';
    const looks = [
      'é',
      'É',
      '\u0000',
      '\u202e',
      '\n',
      ' ',
      '.',
      '..',
      '/',
      '\\',
      'K',
      'ⅰ',
      'A',
      '%2e',
      '\u200b',
      '_',
      'я',
      ':',
    ];
    const edit = fc.record({
      at: fc.integer({ min: 0, max: good.length }),
      cut: fc.integer({ min: 0, max: 3 }),
      put: fc.constantFrom(...looks),
    });
    fc.assert(
      fc.property(edit, ({ at, cut, put }) => {
        const path = good.slice(0, at) + put + good.slice(at + cut);
        const isAsciiName = /^requests\/([a-z0-9][a-z0-9-]{0,63}\/){2}[a-z0-9][a-z0-9-]{0,63}\.yaml$/.test(path);
        expect(isRequestPath(path)).toBe(isAsciiName);
        expect(parseRequestPath(path).ok).toBe(isAsciiName);
        if (isAsciiName) return;
        const disguised = anEvidence().changing(aChange(path, TEXT)).approvedBy('bob');
        if (isInRequests(path)) for (const { verdict } of atBothGates(disguised)) expect(verdict).toBe('invalid');
        else for (const decision of atBothGates(disguised)) expect(decision.pullKind).not.toBe('request');
      }),
      { numRuns: 1500, seed: 32 },
    );
  });

  threat(32, 'folders and endings of other spellings, and two paths that fold together', () => {
    for (const path of [
      'Requests/a/b/c.yaml',
      'REQUESTS/x.yaml',
      'requests/a/b/c.yml',
      'requests/a/b/../c.yaml',
      'ｒequests/a/b/c.yaml',
    ]) {
      const [gate1, gate2] = atBothGates(
        anEvidence().changing(aChange(path, TEXT)).approvedBy('bob').approvedBy('heidi'),
      );
      expect([path, gate1.verdict, gate2.verdict]).toEqual([path, 'invalid', 'invalid']);
    }
    const twice = [aChange('docs/Note.md', 'x'), aChange('docs/note.md', 'y')];
    expectStopped(
      anEvidence()
        .by('bob')
        .changing(...twice)
        .approvedBy('heidi'),
      'file-collision',
    );
  });

  threat(32, 'at gate 2, a path of another spelling asks for nothing', async () => {
    const world = aWorld();
    for (const path of [
      'Requests/orders-db/read-only/a.yaml',
      'requests/orders-db/read-only/a.yml',
      'requests/orders-db/Read-Only/a.yaml',
    ]) {
      const number = world.github.open(alice, { [path]: aRequest() });
      world.github.approve(number, bob);
      world.github.merge(number);
    }
    expect(await stoppedAtGate2(world)).toEqual({});
  });

  threat(33, async () => {
    const world = aWorld();
    world.github.push({ '.gitattributes': '*.yaml filter=lfs diff=lfs merge=lfs text eol=crlf\n' });
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
    const number = holding(world, fileOf(pointer));
    const evidence = await evidenceOf(world, number);
    expect(evidence.changes[0]?.text).toBe(pointer);
    expect((await atGate1(world, number)).verdict).toBe('invalid');
    world.github.merge(number);
    await world.sweep();
    expect(world.target.sent).toEqual([]);
  });

  threat(33, 'bytes are those of the blob, line endings and byte order mark too', async () => {
    const world = aWorld();
    const text = `\ufeff${aRequest().replaceAll('\n', '\r\n')}`;
    const number = holding(world, fileOf(text));
    expect((await evidenceOf(world, number)).changes[0]?.text).toBe(text);
    expect(codesOf(await atGate1(world, number))).toContain('yaml-byte-order-mark');
  });

  threat(34, async () => {
    const world = aWorld();
    const huge = `${aRequest()}# ${'x'.repeat(70_000)}\n`;
    const number = holding(world, fileOf(huge));
    const fetched: unknown[] = [];
    world.github.before = (route, { file_sha }) => {
      if (route.endsWith('/git/blobs/{file_sha}')) fetched.push(file_sha);
    };
    expect(codesOf(await atGate1(world, number))).toContain('file-too-large');
    world.github.merge(number);
    expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
    expect(fetched).not.toContain(world.github.git.blob(huge));
    const edge = (size: number) =>
      anEvidence()
        .changing(aChange(REQUEST, TEXT, { size }))
        .approvedBy('bob');
    expectAllowed(edge(65_536));
    expectStopped(edge(65_537), 'file-too-large');
  });
});

/** These bytes as a request, with the approval that it needs. */
const asking = (text: string) => anEvidence().changing(aChange(REQUEST, text)).approvedBy('bob');

describe('the text of a file', () => {
  threat(35, () => {
    const bomb = ['a: &a [x, x]', ...Array.from({ length: 20 }, (_, at) => `b${at}: &b${at} [*a, *a, *a]`)].join('\n');
    const began = performance.now();
    expectStopped(asking(`${TEXT}${bomb}\n`), 'yaml-anchor');
    expectStopped(asking(`${TEXT}x: *nowhere\n`), 'yaml-alias');
    expect(performance.now() - began).toBeLessThan(500);
  });

  threat(36, () => {
    expectStopped(asking(`${TEXT}duration: 40h\n`), 'yaml-duplicate-key');
    expectStopped(asking(`${TEXT}1: a\n"1": b\n`), 'yaml-key-not-text');
    expectStopped(asking(`${TEXT}? [a]\n: b\n`), 'yaml-key-not-text');
  });

  threat(37, () => {
    for (const key of ['__proto__', 'constructor', 'prototype', '"__proto__"', '"\\u005f_proto__"']) {
      expectStopped(asking(`${TEXT}${key}: { breakGlass: true }\n`), 'yaml-reserved-key');
    }
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expectStopped(
        anEvidence().asking(`requests/${name.toLowerCase()}/read-only/x.yaml`, { duration: '1h' }).approvedBy('bob'),
        'resource-unknown',
      );
    }
    expect(({} as Record<string, unknown>)['breakGlass']).toBeUndefined();
  });

  threat(38, () => {
    expectStopped(asking(TEXT.replace('duration: 2h', 'duration: !!str 2h')), 'yaml-tag');
    expectStopped(asking(TEXT.replace('reason:', 'reason: !!binary')), 'yaml-tag');
    expectStopped(asking(`${TEXT}---\n${TEXT}`), 'yaml-several-documents');
    expectStopped(asking(`${TEXT}x: ${'['.repeat(12)}${']'.repeat(12)}\n`), 'yaml-too-deep');
    expectStopped(asking(TEXT.replace('Replay', 'Re\u0000play')), 'yaml-control-character');
    const escaped = TEXT.replace('Replay', '"Re\\0play').replace('deploy', 'deploy"');
    expectStopped(asking(escaped), 'yaml-control-character');
    expect(readYaml(`${'['.repeat(30_000)}`, 'x.yaml').ok).toBe(false);
    expectAllowed(asking(TEXT));
  });

  threat(40, () => {
    const units = fc.constantFrom('m', 'h', 'd', 's', 'w', 'y', '', 'H', ' h', 'ms');
    const numbers = fc.oneof(
      fc.constantFrom('.inf', '-1', '1e9', '0', '00', '1.5', 'NaN', '１', '+3', '0x10', '1_000', '9999999', ' 4', '∞'),
      fc.integer({ min: -10, max: 2_000_000 }).map(String),
    );
    fc.assert(
      fc.property(numbers, units, (number, unit) => {
        const text = `${number}${unit}`;
        const isGood = /^[1-9][0-9]{0,5}[mhd]$/.test(text);
        const length = parseDuration(text);
        expect(length !== null).toBe(isGood);
        if (isGood) expect(Number.isSafeInteger(length) && (length ?? 0) > 0).toBe(true);
        const asked = anEvidence()
          .fields({ duration: JSON.stringify(text) })
          .approvedBy('bob');
        for (const decision of atBothGates(asked)) {
          const isShort = isGood && (length ?? 0) <= 4 * 3_600_000;
          expect(decision.verdict === 'allow').toBe(isShort);
        }
      }),
      { numRuns: 250, seed: 40 },
    );
  });

  threat(40, 'an instant without a zone, of no calendar, or past every end', () => {
    for (const starts of [
      '2026-11-23T15:00:00',
      '2026-11-23',
      '2026-02-30T10:00:00Z',
      '2026-11-23T25:00:00Z',
      '99999-01-01T00:00:00Z',
      '2026-11-23T15:00:00+99:00',
    ]) {
      expect(parseInstant(starts)).toBeNull();
      for (const { verdict } of atBothGates(
        anEvidence()
          .fields({ starts: `"${starts}"` })
          .approvedBy('bob'),
      ))
        expect(verdict).toBe('invalid');
    }
    expectAllowed(anEvidence().fields({ starts: '"2026-11-23T15:00:00+01:00"' }).approvedBy('bob'));
  });
});

/** Holds the pages to the code: variables, events, permissions, rules, inputs, alerts, entries and reasons, all and no others. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../core/policy/reason-codes.ts';
import { APPLIER, GATE, rulesets } from '../hub/acme.ts';
import { commandLines, found, namesIn, readPage, readPages, readText, rowsUnder, sorted } from './support/pages.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = readPages();
const operator = readPage('docs/guides/operator.md');
const auditor = readPage('docs/guides/auditor.md');
const realGithub = readPage('docs/guides/real-github.md');

const sourcesIn = (folder: string): string =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readText(`${folder}/${name}`))
    .join('\n');

describe('the app', () => {
  const variables = found(readText('app/environment.ts'), /(?:read|text)\('([A-Z_]+)'/g);

  it.each(['docs/guides/operator.md', 'docs/guides/app.md'])('has its variables in %s, all and no others', (path) => {
    const heading = path.endsWith('app.md') ? '## Run it' : '## Environment variables of the gate';
    const rows = rowsUnder(readPage(path), heading).flatMap(([cell]) => namesIn(cell));
    expect(variables.length).toBeGreaterThan(8);
    expect(sorted(rows)).toEqual(variables);
  });

  it('is started only with variables that it reads', () => {
    const starts = PAGES.flatMap((page) => commandLines(page)).filter((line) => line.includes('node app/main.ts'));
    const set = starts.flatMap((line) => found(line, /\b([A-Z][A-Z_]+)=/g));
    expect(set.length).toBeGreaterThan(4);
    expect(set.filter((name) => !variables.includes(name))).toEqual([]);
  });

  it('listens to no event that the guide and the look-alike do not have', () => {
    const listens = [...readText('app/webhooks.ts').matchAll(/probot\.on\(([\s\S]*?)async /g)].map(
      ([, names = '']) => names,
    );
    const events = sorted(listens.flatMap((names) => found(names, /'([a-z_]+)(?:\.[a-z_]+)?'/g)));
    const rows = rowsUnder(realGithub, '## 2. Two Apps').flatMap(([cell]) => namesIn(cell));
    expect(events.length).toBeGreaterThan(7);
    expect(sorted(rows)).toEqual(sorted(GATE.events));
    expect(events.filter((event) => !rows.includes(event))).toEqual([]);
  });
});

describe('real GitHub', () => {
  const rows = rowsUnder(realGithub, '## 2. Two Apps').filter(([, level]) => level === 'read' || level === 'write');
  const permissions = (from: number, length: number) =>
    Object.fromEntries(
      rows.slice(from, from + length).map(([name = '', level = '']) => {
        return [name.replace(' (organisation)', '').toLowerCase().replace(' ', '_'), level];
      }),
    );
  const count = Object.keys(GATE.permissions).length;

  it('lists the permissions that the demo and the tests get by with', () => {
    expect(permissions(0, count)).toEqual(GATE.permissions);
    expect(permissions(count, rows.length)).toEqual(APPLIER.permissions);
  });

  it('sets up the rules that the look-alike has', () => {
    const shell = realGithub.blocks.map(({ text }) => text).join('\n');
    const documents = [...shell.matchAll(/\/rulesets --input - <<JSON\n([\s\S]*?)\nJSON\n/g)].map(([, json = '']) =>
      JSON.parse(json.replaceAll('$GATE_ID', '1').replace('$APPLIER_ID', '2').replace('$TEAM_ID', '3')),
    );
    // One team owns everything at first; the example organisation has two.
    const withoutTeams = (ruleset: unknown) =>
      JSON.parse(JSON.stringify(ruleset, (key, value) => (key === 'required_reviewers' ? undefined : value)));
    const common = { target: 'branch', enforcement: 'active' };
    expect(documents.map(withoutTeams)).toEqual(rulesets(1, 2).map((one) => ({ ...common, ...withoutTeams(one) })));
    expect(documents[0].rules[2].parameters.required_reviewers).toEqual([
      { file_patterns: ['**', '!/requests/**'], minimum_approvals: 1, reviewer: { id: 3, type: 'Team' } },
    ]);
  });
});

describe('the Action', () => {
  type Named = Record<string, unknown>;
  const { inputs, outputs } = load(readText('action/action.yml')) as { inputs: Named; outputs: Named };
  const guide = readPage('docs/guides/action.md');

  it('has each input and each output in its guide, and no others', () => {
    expect(sorted(rowsUnder(guide, '## Inputs').flatMap(([cell]) => namesIn(cell)))).toEqual(
      sorted(Object.keys(inputs)),
    );
    const shown = rowsUnder(guide, '## Outputs and exit').flatMap(([cell]) => namesIn(cell));
    expect(sorted(shown)).toEqual(sorted(Object.keys(outputs)));
  });

  it.each(['gatepass.yml', 'gatepass-operations.yml', 'gatepass-zones.yml', 'gatepass-second.yml'])(
    'is called by %s with inputs that it has',
    (name) => {
      const workflow = load(readText(`docs/guides/workflow/${name}`)) as {
        jobs: { sweep: { steps: { with: Named }[] } };
      };
      const given = workflow.jobs.sweep.steps.flatMap((step) => Object.keys(step.with));
      expect(given.filter((input) => !Object.hasOwn(inputs, input))).toEqual([]);
      expect(given).toEqual(expect.arrayContaining(['app-id', 'private-key', 'ledger-key']));
    },
  );
});

describe('alerts', () => {
  const source = ['sweep', 'core/reconcile', 'core/ledger'].map(sourcesIn).join('\n');
  const kinds = found(readText('core/reconcile/change.ts'), /'(removed|raised|kept|added)'/g);
  const literal = found(source, /\bkey: ['`]([a-z-]+)(?=[':])/g);
  const others = [
    ...found(source, /closed\(\s*stored,[^;]*?'(ledger-[a-z]+)'/g),
    ...found(source, /return `([a-z]+(?:-[a-z]+)*):\$/g),
  ];
  const keys = sorted([...literal, ...others, ...kinds.map((kind) => `drift-${kind}`)]);
  const bare = (name: string) => name.replace(/:….*$/, '');

  it.each(['docs/guides/operator.md'])('that a sweep can open are in %s, all and no others', (path) => {
    const rows = rowsUnder(readPage(path), '## Alerts').flatMap(([cell]) => namesIn(cell));
    expect(keys.length).toBeGreaterThan(18);
    expect(sorted(rows.map(bare))).toEqual(keys);
  });

  it('that the Action shows are in its guide', () => {
    const shown = rowsUnder(readPage('docs/guides/action.md'), '## Alerts').flatMap(([cell]) =>
      namesIn(cell).map(bare),
    );
    const isShown = (key: string) =>
      shown.some((name) => key === name || (name.endsWith('-…') && key.startsWith(name.slice(0, -1))));
    expect(keys.filter((key) => !isShown(key))).toEqual([]);
  });

  it('have the severity that the code gives them, and a next step', () => {
    const given = new Map(
      [...source.matchAll(/\bkey: ['`]([a-z-]+)[^\n]*?[,\n]\s*severity: '([a-z]+)'/g)].map(
        ([, key = '', severity = '']) => [key, severity],
      ),
    );
    expect(given.size).toBeGreaterThan(9);
    for (const [key, severity, , next] of rowsUnder(operator, '## Alerts')) {
      const name = bare(namesIn(key)[0] ?? '');
      expect([name, severity]).toEqual([name, given.get(name) ?? severity]);
      expect(next).not.toBe('');
    }
  });
});

describe('the ledger', () => {
  it('has each type of its entries in the guide for auditors, and no others', () => {
    const types = found(readText('core/ledger/entry.ts'), /readonly type: ([^;]+);/g).flatMap((list) =>
      found(list, /'([a-z-]+)'/g),
    );
    const rows = rowsUnder(auditor, "## The ledger's entries").flatMap(([cell]) => namesIn(cell));
    expect(sorted(rows)).toEqual(sorted(types));
  });

  it('has each finding of verify there, and no others', () => {
    const [, union = ''] = /export type FindingCode =([^;]+);/.exec(readText('core/ledger/verify.ts')) ?? [];
    const rows = rowsUnder(auditor, '## What `gatepass verify` proves').flatMap(([cell]) => namesIn(cell));
    expect(sorted(rows)).toEqual(found(union, /'([a-z-]+)'/g));
  });
});

it('explains every reason why an approval does not count', () => {
  const heading = '## Why an approval does not count';
  const rows = rowsUnder(readPage('docs/guides/approver.md'), heading).flatMap(([cell]) => namesIn(cell));
  const codes = Object.keys(REASONS).filter((code) => code.startsWith('review-') && code !== 'review-counts');
  expect(sorted(rows)).toEqual(sorted([...codes, 'membership-unknown', 'pushers-unknown']));
});

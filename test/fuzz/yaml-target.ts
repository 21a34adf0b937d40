/** Documents: what `readYaml` and the parsers take must read the same by js-yaml alone, and keep to its schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import { CORE_SCHEMA, dump, load } from 'js-yaml';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import { parseRequest } from '../../core/document/parse-request.ts';
import { readYaml } from '../../core/document/read-yaml.ts';
import { checkCondition } from '../../core/policy/conditions.ts';
import type { Random } from '../oracle/random.ts';
import { CORPUS } from '../support/corpus.ts';
import { mutate } from './mutate.ts';
import { must, type Reading, type Target } from './target.ts';

const ROOT = new URL('../../', import.meta.url);
const CODEOWNERS = readFileSync(new URL('CODEOWNERS', ROOT), 'utf8');
const REQUEST = 'requests/orders-db/read-only/fix.yaml';
const PATHS = [REQUEST, 'requests/checkout/restart/fix.yaml'];

export function yamlTargets(): Target[] {
  const governing = yamlFiles(new URL('policies/', ROOT)).map(({ path, text }) => ({ path: `policies/${path}`, text }));
  const requests = [
    'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 2h\nreason: Replay payments\n',
    'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 30m\nreason: >-\n  Replay\n  payments\nsubject: person:dan\nstarts: "2026-11-23T10:00:00Z"\nticket: OPS-7\nbreakGlass: true\n',
    'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 30m\nreason: "Clear the pool"\ninputs: { region: eu-west-1, count: 3, dry: true }\n',
  ];
  const broken = yamlFiles(new URL(`file://${CORPUS}`)).map(({ text }) => text);
  const documents = [...requests, ...governing.map(({ text }) => text), ...broken];
  const schemas = schemasByKind();
  return [
    {
      name: 'readYaml',
      share: 30,
      input: (random: Random) => mutate(random, documents),
      run: (input) => isRead(input as string),
    },
    {
      name: 'parseRequest',
      share: 24,
      input: (random: Random) => ({ path: random.pick(PATHS), text: mutate(random, requests) }),
      run: (input) => isRequest(input as { path: string; text: string }, schemas),
    },
    {
      name: 'parseGovernance',
      share: 1,
      input: (random: Random) => {
        const chosen = random.pick(governing);
        return governing.map((file) => (file === chosen ? { ...file, text: mutate(random, [file.text]) } : file));
      },
      run: (input) => isGovernance(input as typeof governing, schemas),
    },
  ];
}

function isRead(text: string): Reading {
  const read = readYaml(text, 'x.yaml');
  return {
    accepted: read.ok,
    check() {
      if (read.ok) secondReading(text, read.value.value);
      else must(read.issues.length > 0, 'refused without an issue');
    },
  };
}

/** js-yaml by itself, with the core schema and nothing of ours; then once more through a serialisation. */
function secondReading(text: string, value: unknown): void {
  must(Buffer.byteLength(text) <= 65_536, 'accepted more than 64 KiB');
  must(
    isDeepStrictEqual(load(text, { schema: CORE_SCHEMA, maxAliases: 0 }), value),
    'reads otherwise by js-yaml alone',
  );
  const again = readYaml(dump(value), 'again.yaml');
  must(isDeepStrictEqual(load(dump(value), { schema: CORE_SCHEMA }), value), 'does not survive being written');
  must(again.ok || again.issues.every((issue) => issue.code === 'yaml-too-large'), 'its own rewriting is refused');
  // JSON writes -0 as 0, which is the same number.
  const positive = JSON.parse(JSON.stringify(value));
  must(isDeepStrictEqual(positive, zeroed(value)), 'is not plain JSON');
  everyKey(value, 0);
}

function zeroed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(zeroed);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, zeroed(item)]));
}

function everyKey(value: unknown, depth: number): void {
  must(depth <= 32, 'nests deeper than any document');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    must(!['__proto__', 'constructor', 'prototype'].includes(key), `has the key ${key}`);
    everyKey(item, depth + 1);
  }
}

function isRequest({ path, text }: { path: string; text: string }, schemas: Schemas): Reading {
  const parsed = parseRequest(path, text);
  return {
    accepted: parsed.ok,
    check() {
      if (!parsed.ok) return;
      const value = load(text, { schema: CORE_SCHEMA }) as Record<string, unknown>;
      keepsToSchema(value, schemas);
      const { kind } = parsed.value;
      const length = kind === 'AccessRequest' ? parsed.value.duration : parsed.value.within;
      must(kind === value['kind'], 'is of another kind');
      must(Number.isSafeInteger(length) && length > 0, 'has no length');
      must(
        parsed.value.path.path === path && path.split('/')[1] === parsed.value.path.resource,
        'is for another resource',
      );
    },
  };
}

function isGovernance(files: readonly { path: string; text: string }[], schemas: Schemas): Reading {
  const tree = [{ path: 'CODEOWNERS', text: CODEOWNERS }, ...files].map((file) => ({ ...file, mode: '100644' }));
  const parsed = parseGovernance(tree, checkCondition);
  return {
    accepted: parsed.ok,
    check() {
      if (!parsed.ok) return;
      for (const { text } of files) keepsToSchema(load(text, { schema: CORE_SCHEMA }), schemas);
    },
  };
}

type Schemas = ReadonlyMap<string, ValidateFunction>;

/** The schemas as published, compiled anew, in place of the precompiled validators. */
function schemasByKind(): Schemas {
  const folder = new URL('schema/', ROOT);
  const files = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
  const schemas = files.map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
  const ajv = new Ajv({ strict: false, schemas });
  return new Map(
    schemas.flatMap(({ $id, properties }) => {
      const validate = ajv.getSchema($id);
      const kind: unknown = properties?.kind?.const;
      return typeof kind === 'string' && validate !== undefined ? [[kind, validate] as const] : [];
    }),
  );
}

function keepsToSchema(value: unknown, schemas: Schemas): void {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const validate = typeof kind === 'string' ? schemas.get(kind) : undefined;
  must(validate?.(value) === true, `does not keep to the schema of ${String(kind)}`);
}

function yamlFiles(folder: URL): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
}

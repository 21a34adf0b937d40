/**
 * Turns the JSON Schemas of this folder into `validators.generated.js`: plain functions without ajv, compiled once here
 * instead of at every start (which costs 100 ms); and into `shapes.generated.js`, what the messages need. `--check` writes
 * nothing and fails when the committed files are stale.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type SchemaObject } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { issueReference } from '../core/document/issue-codes.ts';
import { shapesOf } from './shapes.ts';

const HERE = dirname(fileURLToPath(import.meta.url));

const MADE = '// Made by `npm run schema` from schema/*.schema.json. Do not edit.';

/** Not validators of their own: shared definitions, and the dispatch on `kind` that only editors use. */
const SHARED = new Set(['common', 'facts', 'gatepass']);

/** `access-request.schema.json` → `validateAccessRequest`. */
function functionName(file: string): string {
  const words = file.replace('.schema.json', '').split('-');
  return `validate${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

/** What is made, by its path from this folder: validators, shapes, and the reference of issue codes. */
export async function compileSchemas(): Promise<Record<string, string>> {
  const files = readdirSync(HERE).filter((file) => file.endsWith('.schema.json'));
  files.sort();
  const schemas = files.map((file) => JSON.parse(readFileSync(join(HERE, file), 'utf8')) as SchemaObject);
  const ajv = new Ajv({
    schemas,
    allErrors: true,
    verbose: false,
    discriminator: true,
    strict: true,
    allowUnionTypes: true,
    messages: false,
    inlineRefs: false,
    loopRequired: 5,
    code: { source: true, esm: true, lines: false },
  });
  const own = files.filter((file) => !SHARED.has(file.replace('.schema.json', '')));
  const names = Object.fromEntries(own.map((file) => [functionName(file), file]));
  const code = standaloneCode.default(ajv, names);
  return {
    'validators.generated.js': await bundle(code),
    'validators.generated.d.ts': declarations(Object.keys(names)),
    'shapes.generated.js': `${MADE}\nexport const SHAPES = ${JSON.stringify(shapesOf(schemas))};\n`,
    'shapes.generated.d.ts': `${MADE}\nimport type { Shapes } from './shape.ts';\nexport const SHAPES: Shapes;\n`,
    '../docs/reference/issues.md': issueReference(),
  };
}

/** Ajv's own output still asks for small helpers of ajv; esbuild puts them in, so that nothing is asked for at run time. */
async function bundle(code: string): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: HERE, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    target: 'es2024',
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: true,
    legalComments: 'none',
    write: false,
    banner: { js: MADE },
  });
  return result.outputFiles.map((file) => file.text).join('');
}

function declarations(names: readonly string[]): string {
  return [
    MADE,
    'export interface ValidationError {',
    '  readonly keyword: string;',
    '  readonly instancePath: string;',
    '  readonly schemaPath: string;',
    '  readonly params: Readonly<Record<string, unknown>>;',
    '  readonly propertyName?: string;',
    '  readonly message?: string;',
    '}',
    'export interface Validator {',
    '  (value: unknown): boolean;',
    '  errors?: readonly ValidationError[] | null;',
    '}',
    ...names.map((name) => `export const ${name}: Validator;`),
    '',
  ].join('\n');
}

/** Writes the files, or with `check` tells which of them are stale. */
async function main(check: boolean): Promise<number> {
  const outputs = await compileSchemas();
  const stale = Object.entries(outputs).filter(([file, text]) => readIfThere(join(HERE, file)) !== text);
  if (check) {
    for (const [file] of stale) console.error(`schema/${file} is stale: run \`npm run schema\` and commit it`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const [file, text] of stale) {
    mkdirSync(dirname(join(HERE, file)), { recursive: true });
    writeFileSync(join(HERE, file), text);
  }
  console.log(stale.length === 0 ? 'schema: nothing to do' : `schema: wrote ${stale.map(([file]) => file).join(', ')}`);
  return 0;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.includes('--check'));

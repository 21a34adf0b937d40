/** One job of a workflow file and its steps. A key that the runner does not honour is refused by name. */

import type { Permissions } from '../model.ts';
import { type Concurrency, parseConcurrency, parsePermissions } from './workflow-limits.ts';
import { asList, asMap, asText, asTexts, onlyKeys, textMap } from './written.ts';

export interface Job {
  readonly id: string;
  readonly name: string | null;
  readonly needs: readonly string[];
  readonly if: string | undefined;
  readonly runsOn: readonly string[];
  readonly permissions: Permissions | null;
  readonly environment: string | null;
  readonly concurrency: Concurrency | null;
  readonly env: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** One job each; a single empty row without a matrix. */
  readonly matrix: readonly Readonly<Record<string, unknown>>[];
  readonly timeoutMinutes: number;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly id: string | null;
  readonly name: string | null;
  readonly if: string | undefined;
  readonly uses: string | null;
  readonly run: string | null;
  readonly with: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly continueOnError: boolean;
}

const JOB_KEYS = [
  'name',
  'needs',
  'if',
  'runs-on',
  'permissions',
  'environment',
  'concurrency',
  'env',
  'outputs',
  'strategy',
  'timeout-minutes',
  'steps',
];

/** Throws, with `where`, on what the runner would not honour. */
export function parseJob(id: string, written: unknown, where: string): Job {
  const job = asMap(written, where);
  onlyKeys(job, where, JOB_KEYS);
  const environment = job['environment'];
  return {
    id,
    name: job['name'] === undefined ? null : asText(job['name'], `${where}.name`),
    needs: asTexts(job['needs'] ?? [], `${where}.needs`),
    if: job['if'] === undefined ? undefined : asText(job['if'], `${where}.if`),
    runsOn: asTexts(job['runs-on'], `${where}.runs-on`),
    permissions: parsePermissions(job['permissions'], `${where}.permissions`),
    environment:
      environment === undefined
        ? null
        : typeof environment === 'string'
          ? environment
          : asText(asMap(environment, `${where}.environment`)['name'], `${where}.environment.name`),
    concurrency: parseJobConcurrency(job['concurrency'], `${where}.concurrency`),
    env: textMap(job['env'], `${where}.env`),
    outputs: textMap(job['outputs'], `${where}.outputs`),
    matrix: parseMatrix(job['strategy'], `${where}.strategy`),
    timeoutMinutes: Number(job['timeout-minutes'] ?? 360),
    steps: asList(job['steps'], `${where}.steps`).map((step, index) => parseStep(step, `${where}.steps[${index}]`)),
  };
}

function parseJobConcurrency(written: unknown, where: string): Concurrency | null {
  const concurrency = parseConcurrency(written, where);
  if (concurrency === null || concurrency.cancelInProgress === 'false') return concurrency;
  throw new Error(`${where}: \`cancel-in-progress\` of a job is not supported by the look-alike`);
}

function parseMatrix(written: unknown, where: string): Record<string, unknown>[] {
  if (written === undefined) return [{}];
  const strategy = asMap(written, where);
  onlyKeys(strategy, where, ['matrix', 'fail-fast']);
  // True unless told, which would cancel the other rows when one fails.
  if (strategy['fail-fast'] !== false)
    throw new Error(`${where}: only \`fail-fast: false\` is supported by the look-alike`);
  const { include, ...axes } = asMap(strategy['matrix'], `${where}.matrix`);
  if ('exclude' in axes) throw new Error(`${where}.matrix.exclude is not supported by the look-alike`);
  const rows = Object.entries(axes).reduce<Record<string, unknown>[]>(
    (crossed, [axis, values]) =>
      crossed.flatMap((row) => asList(values, `${where}.matrix.${axis}`).map((value) => ({ ...row, [axis]: value }))),
    Object.keys(axes).length === 0 ? [] : [{}],
  );
  const included = asList(include ?? [], `${where}.matrix.include`).map((row) => asMap(row, `${where}.matrix.include`));
  if (rows.length > 0 && included.length > 0) {
    throw new Error(`${where}.matrix: \`include\` beside other axes is not supported by the look-alike`);
  }
  return [...rows, ...included];
}

const STEP_KEYS = ['id', 'name', 'if', 'uses', 'run', 'with', 'env', 'shell', 'continue-on-error'];

function parseStep(written: unknown, where: string): Step {
  const step = asMap(written, where);
  onlyKeys(step, where, STEP_KEYS);
  const text = (key: string): string | null => (step[key] === undefined ? null : asText(step[key], `${where}.${key}`));
  if ((step['uses'] === undefined) === (step['run'] === undefined)) {
    throw new Error(`${where}: expected either \`uses\` or \`run\``);
  }
  if (step['shell'] !== undefined && step['shell'] !== 'bash') {
    throw new Error(`${where}.shell: only \`bash\` is supported by the look-alike`);
  }
  return {
    id: text('id'),
    name: text('name'),
    if: text('if') ?? undefined,
    uses: text('uses'),
    run: text('run'),
    with: textMap(step['with'], `${where}.with`),
    env: textMap(step['env'], `${where}.env`),
    continueOnError: step['continue-on-error'] === true,
  };
}

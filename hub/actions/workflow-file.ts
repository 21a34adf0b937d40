/**
 * Reads a workflow file into what the runner executes. A key that the runner does not honour is refused by name: a
 * workflow must not pass here for what it would not do on GitHub. Source: "Workflow syntax for GitHub Actions".
 */

import { load } from 'js-yaml';
import type { Level, Permissions } from '../types.ts';
import { type Cron, parseCron } from './cron.ts';
import { asList, asMap, asText, asTexts, onlyKeys, textMap } from './written.ts';

export interface Workflow {
  readonly path: string;
  readonly name: string;
  readonly runName: string | null;
  readonly on: Triggers;
  readonly permissions: Permissions | null;
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency: Concurrency | null;
  readonly jobs: readonly Job[];
}

export interface Triggers {
  readonly push: RefFilter | null;
  readonly schedule: readonly { readonly text: string; readonly cron: Cron }[];
  readonly dispatch: Readonly<Record<string, DispatchInput>> | null;
  /** Types that start it; none: every type. */
  readonly repositoryDispatch: readonly string[] | null;
}

/** Patterns; null: the filter is absent. */
export interface RefFilter {
  readonly branches: readonly string[] | null;
  readonly branchesIgnore: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly pathsIgnore: readonly string[] | null;
}

export interface DispatchInput {
  readonly required: boolean;
  readonly default: string | null;
  readonly type: 'string' | 'boolean' | 'choice' | 'number' | 'environment';
  readonly options: readonly string[];
}

export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: string;
  /** `max` keeps up to 100 waiting in order; `single` keeps the newest (GitHub changelog, 2026-05-07). */
  readonly queue: 'single' | 'max';
}

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
  readonly timeoutMinutes: number | null;
}

/** Throws one sentence that names the file and what in it is not understood. */
export function parseWorkflow(path: string, text: string): Workflow {
  const written = asMap(load(text), path);
  onlyKeys(written, path, ['name', 'run-name', 'on', 'permissions', 'env', 'concurrency', 'defaults', 'jobs']);
  if (written['defaults'] !== undefined) throw new Error(`${path}: \`defaults\` is not supported by the look-alike`);
  const jobs = Object.entries(asMap(written['jobs'], `${path}: jobs`));
  return {
    path,
    name: written['name'] === undefined ? path : asText(written['name'], `${path}: name`),
    runName: written['run-name'] === undefined ? null : asText(written['run-name'], `${path}: run-name`),
    on: parseTriggers(written['on'], `${path}: on`),
    permissions: parsePermissions(written['permissions'], `${path}: permissions`),
    env: textMap(written['env'], `${path}: env`),
    concurrency: parseConcurrency(written['concurrency'], `${path}: concurrency`),
    jobs: jobs.map(([id, job]) => parseJob(id, job, `${path}: jobs.${id}`)),
  };
}

function parseTriggers(written: unknown, where: string): Triggers {
  const events =
    typeof written === 'object' && written !== null && !Array.isArray(written)
      ? asMap(written, where)
      : Object.fromEntries(asTexts(written, where).map((event) => [event, null]));
  onlyKeys(events, where, ['push', 'schedule', 'workflow_dispatch', 'repository_dispatch']);
  return {
    push: 'push' in events ? parseFilter(events['push'] ?? {}, `${where}.push`) : null,
    schedule: asList(events['schedule'] ?? [], `${where}.schedule`).map((entry) => {
      const text = asText(asMap(entry, `${where}.schedule`)['cron'], `${where}.schedule.cron`);
      return { text, cron: parseCron(text) };
    }),
    dispatch:
      'workflow_dispatch' in events
        ? parseInputs(events['workflow_dispatch'] ?? {}, `${where}.workflow_dispatch`)
        : null,
    repositoryDispatch:
      'repository_dispatch' in events
        ? asTexts(asMap(events['repository_dispatch'] ?? {}, where)['types'] ?? [], `${where}.repository_dispatch`)
        : null,
  };
}

function parseFilter(written: unknown, where: string): RefFilter {
  const filter = asMap(written, where);
  onlyKeys(filter, where, ['branches', 'branches-ignore', 'tags', 'paths', 'paths-ignore']);
  const list = (key: string): readonly string[] | null =>
    filter[key] === undefined ? null : asTexts(filter[key], `${where}.${key}`);
  return {
    branches: list('branches'),
    branchesIgnore: list('branches-ignore'),
    tags: list('tags'),
    paths: list('paths'),
    pathsIgnore: list('paths-ignore'),
  };
}

const INPUT_TYPES = ['string', 'boolean', 'choice', 'number', 'environment'] as const;

function parseInputs(written: unknown, where: string): Record<string, DispatchInput> {
  const dispatch = asMap(written, where);
  onlyKeys(dispatch, where, ['inputs']);
  const inputs = Object.entries(asMap(dispatch['inputs'] ?? {}, `${where}.inputs`));
  return Object.fromEntries(
    inputs.map(([name, value]) => {
      const input = asMap(value ?? {}, `${where}.inputs.${name}`);
      onlyKeys(input, `${where}.inputs.${name}`, ['description', 'required', 'default', 'type', 'options']);
      const type = INPUT_TYPES.find((known) => known === (input['type'] ?? 'string'));
      if (type === undefined) throw new Error(`${where}.inputs.${name}: no type \`${String(input['type'])}\``);
      const standard = input['default'];
      return [
        name,
        {
          required: input['required'] === true,
          default: standard === undefined || standard === null ? null : String(standard),
          type,
          options: asTexts(input['options'] ?? [], `${where}.inputs.${name}.options`),
        },
      ];
    }),
  );
}

/** What a token has when the workflow names no permissions: GitHub's restricted default since 2023. */
export const DEFAULT_PERMISSIONS: Permissions = { contents: 'read', metadata: 'read', packages: 'read' };

function parsePermissions(written: unknown, where: string): Permissions | null {
  if (written === undefined) return null;
  const entries = Object.entries(textMap(written, where)).filter(([, level]) => level !== 'none');
  const granted = entries.map(([name, level]): [string, Level] => {
    if (level !== 'read' && level !== 'write') throw new Error(`${where}.${name}: no level \`${level}\``);
    return [name.replaceAll('-', '_'), level];
  });
  return { ...Object.fromEntries(granted), metadata: 'read' };
}

function parseConcurrency(written: unknown, where: string): Concurrency | null {
  if (written === undefined) return null;
  if (typeof written === 'string') return { group: written, cancelInProgress: 'false', queue: 'single' };
  const concurrency = asMap(written, where);
  onlyKeys(concurrency, where, ['group', 'cancel-in-progress', 'queue']);
  const queue = concurrency['queue'] ?? 'single';
  const cancelInProgress = asText(concurrency['cancel-in-progress'] ?? false, `${where}.cancel-in-progress`);
  if (queue !== 'single' && queue !== 'max') throw new Error(`${where}.queue: expected \`single\` or \`max\``);
  if (queue === 'max' && cancelInProgress !== 'false') {
    throw new Error(`${where}: \`queue: max\` cannot be combined with \`cancel-in-progress\``);
  }
  return { group: asText(concurrency['group'], `${where}.group`), cancelInProgress, queue };
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

function parseJob(id: string, written: unknown, where: string): Job {
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
    concurrency: parseConcurrency(job['concurrency'], `${where}.concurrency`),
    env: textMap(job['env'], `${where}.env`),
    outputs: textMap(job['outputs'], `${where}.outputs`),
    matrix: parseMatrix(job['strategy'], `${where}.strategy`),
    timeoutMinutes: Number(job['timeout-minutes'] ?? 360),
    steps: asList(job['steps'], `${where}.steps`).map((step, index) => parseStep(step, `${where}.steps[${index}]`)),
  };
}

function parseMatrix(written: unknown, where: string): Record<string, unknown>[] {
  if (written === undefined) return [{}];
  const strategy = asMap(written, where);
  onlyKeys(strategy, where, ['matrix', 'fail-fast', 'max-parallel']);
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

const STEP_KEYS = ['id', 'name', 'if', 'uses', 'run', 'with', 'env', 'shell', 'continue-on-error', 'timeout-minutes'];

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
    timeoutMinutes: step['timeout-minutes'] === undefined ? null : Number(step['timeout-minutes']),
  };
}

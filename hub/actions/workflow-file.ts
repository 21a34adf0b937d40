/**
 * Reads a workflow file into what the runner executes. A key that the runner does not honour is refused by name: a
 * workflow must not pass here for what it would not do on GitHub. Source: "Workflow syntax for GitHub Actions".
 */

import { load } from 'js-yaml';
import type { Permissions } from '../model.ts';
import { type Cron, parseCron } from './cron.ts';
import { type Job, parseJob } from './workflow-job.ts';
import { type Concurrency, parseConcurrency, parsePermissions } from './workflow-limits.ts';
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
  /** Both run the default branch's file at its tip; types that start them. */
  readonly pullRequestTarget: readonly string[] | null;
  readonly issueComment: readonly string[] | null;
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
  onlyKeys(events, where, [
    'push',
    'schedule',
    'workflow_dispatch',
    'repository_dispatch',
    'pull_request_target',
    'issue_comment',
  ]);
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
    pullRequestTarget: parseTypes(events, 'pull_request_target', where, ['opened', 'synchronize', 'reopened']),
    issueComment: parseTypes(events, 'issue_comment', where, ['created', 'edited', 'deleted']),
  };
}

/** `null`: it is not started by the event. Without types, GitHub's own for it. */
function parseTypes(
  events: Readonly<Record<string, unknown>>,
  event: string,
  where: string,
  standard: readonly string[],
): readonly string[] | null {
  if (!(event in events)) return null;
  const written = asMap(events[event] ?? {}, `${where}.${event}`);
  onlyKeys(written, `${where}.${event}`, ['types']);
  return written['types'] === undefined ? standard : asTexts(written['types'], `${where}.${event}.types`);
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

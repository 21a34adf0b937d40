/**
 * Our one check run on a commit. A required check reads the newest run of its name and app, so whatever is published
 * last counts. Knows GitHub's limits; what to say is given.
 */
import type { Annotation, CheckRun } from '../core/explain/check-run.ts';
import { call, callAll, type GitHub, type RepositoryName } from './client.ts';
import { type Fields, fields, fieldsOrNull, integer, text, textOrEmpty } from './read.ts';

/** The name that protection rules require, pinned there to our app. */
export const CHECK_NAME = 'gatepass';

/** Which pull request a run speaks for: a commit can be the head of several. */
export interface CheckTarget {
  readonly repository: RepositoryName;
  readonly head: string;
  /** `7@main`: number and base. A run bound to another is never continued. */
  readonly binding: string;
}

export interface PublishedCheck {
  readonly id: number;
  readonly binding: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
  readonly annotations: number;
}

/** The newest of our runs on the commit; `null`: none yet. */
export async function readCheck(github: GitHub, target: CheckTarget, appId: number): Promise<PublishedCheck | null> {
  const runs = await callAll(
    github,
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    { ...nameOf(target), ref: target.head, check_name: CHECK_NAME, app_id: appId, filter: 'latest' },
    { under: 'check_runs' },
  );
  const ours = runs
    .map((run) => fields(run, 'check run'))
    .filter((run) => run['name'] === CHECK_NAME && fieldsOrNull(run['app'], 'check run app')?.['id'] === appId)
    .map(readRun);
  return ours.sort((a, b) => b.id - a.id)[0] ?? null;
}

function readRun(run: Fields): PublishedCheck {
  const output = fieldsOrNull(run['output'], 'check run output') ?? {};
  return {
    id: integer(run['id'], 'check run id'),
    binding: textOrEmpty(run['external_id']),
    status: text(run['status'], 'check run status'),
    conclusion: typeof run['conclusion'] === 'string' ? run['conclusion'] : null,
    title: textOrEmpty(output['title']),
    summary: textOrEmpty(output['summary']),
    annotations: integer(output['annotations_count'] ?? 0, 'annotations_count'),
  };
}

/** Whether the commit would pass a required check on this run (docs.github.com, "required status checks"). */
export function isGreen(check: PublishedCheck): boolean {
  return check.status === 'completed' && ['success', 'neutral', 'skipped'].includes(check.conclusion ?? '');
}

/**
 * Makes the commit's check say `run`. Writes nothing when it says so already. GitHub never reopens a completed run and
 * only ever adds annotations, so in both cases a new run takes its place.
 */
export async function publishCheck(
  github: GitHub,
  target: CheckTarget,
  existing: PublishedCheck | null,
  run: CheckRun,
): Promise<PublishedCheck> {
  if (existing !== null && saysSo(existing, target, run)) return existing;
  const isFresh = existing === null || existing.binding !== target.binding;
  const isReopening = existing?.status === 'completed' && run.status !== 'completed';
  const body = bodyOf(run);
  const published =
    isFresh || isReopening || existing.annotations > 0
      ? await create(github, target, body)
      : await update(github, target, existing.id, body);
  return { ...published, annotations: run.annotations.length };
}

function saysSo(existing: PublishedCheck, target: CheckTarget, run: CheckRun): boolean {
  return (
    existing.binding === target.binding &&
    existing.status === run.status &&
    existing.conclusion === run.conclusion &&
    existing.title === run.title &&
    existing.summary === run.summary &&
    existing.annotations === run.annotations.length
  );
}

async function create(github: GitHub, target: CheckTarget, body: Record<string, unknown>): Promise<PublishedCheck> {
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/check-runs', {
    ...nameOf(target),
    name: CHECK_NAME,
    head_sha: target.head,
    external_id: target.binding,
    ...body,
  });
  return readRun(fields(data, 'check run'));
}

async function update(
  github: GitHub,
  target: CheckTarget,
  id: number,
  body: Record<string, unknown>,
): Promise<PublishedCheck> {
  const { data } = await call(github, 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
    ...nameOf(target),
    check_run_id: id,
    ...body,
  });
  return readRun(fields(data, 'check run'));
}

/** Buttons under the finished check: at most three, a label and an identifier of at most 20 characters each. */
const ACTIONS = [{ label: 'Check again', description: 'Read everything anew and decide', identifier: 'retry' }];

function bodyOf(run: CheckRun): Record<string, unknown> {
  const output = { title: run.title, summary: run.summary, annotations: run.annotations.map(written) };
  return run.conclusion === null
    ? { status: run.status, output }
    : { status: run.status, conclusion: run.conclusion, output, actions: ACTIONS };
}

function written(annotation: Annotation): Record<string, unknown> {
  return {
    path: annotation.path,
    start_line: annotation.line,
    end_line: annotation.line,
    start_column: annotation.startColumn,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
  };
}

function nameOf({ repository }: CheckTarget): { readonly owner: string; readonly repo: string } {
  return { owner: repository.owner, repo: repository.name };
}

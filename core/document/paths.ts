/**
 * Which path holds what: the one place that says so, for the gate, the applier and the command line alike (threat 32).
 * Names are lower-case ASCII, so that no two paths differ only in case or in Unicode form.
 */
import { CODEOWNERS_LOCATIONS, isCodeownersPath } from '../codeowners/locate.ts';
import type { Kind } from './check-shape.ts';
import type { RequestPath } from './documents.ts';
import type { Parsed } from './issue.ts';
import { issueAt } from './yaml-document.ts';

const NAME = '[a-z0-9][a-z0-9-]{0,63}';
const REQUEST = new RegExp(`^requests/(${NAME})/(${NAME})/(${NAME})\\.yaml$`);

/** Whether it is the name of a resource, role or action. */
export function isName(text: string): boolean {
  return IS_NAME.test(text);
}

const IS_NAME = new RegExp(`^${NAME}$`);

/** Whether it is the path of a request, well formed. */
export function isRequestPath(path: string): boolean {
  return REQUEST.test(path);
}

/** `requests/<resource>/<role or action>/<name>.yaml`, taken apart. */
export function parseRequestPath(path: string): Parsed<RequestPath> {
  const match = REQUEST.exec(path);
  if (match === null) {
    const whole = { file: path, line: 1, column: 1, length: 1 };
    const issue = issueAt(whole, {
      code: 'request-path',
      message: 'this is not the path of a request',
      found: path,
      expected: '`requests/<resource>/<role or action>/<name>.yaml` in lower-case ASCII letters, digits and hyphens',
      fix: 'move the file to a path such as `requests/orders-db/read-only/replay.yaml`',
    });
    return { ok: false, issues: [issue] };
  }
  const [, resource, entitlement, slug] = match as unknown as [string, string, string, string];
  return { ok: true, value: { path, resource, entitlement, slug }, issues: [] };
}

/** Where GitHub looks for code owners. All of them are governing, so that none can be added unseen (threat 3). */
export const CODEOWNERS_PATHS: readonly string[] = CODEOWNERS_LOCATIONS;

/** Whether the file takes part in decisions: everything under `policies/`, and code owners. */
export function isGoverningPath(path: string): boolean {
  return path.startsWith('policies/') || isCodeownersPath(path);
}

const GOVERNING: readonly { readonly kind: Kind; readonly path: RegExp; readonly text: string }[] = [
  { kind: 'Organization', path: /^policies\/organization\.yaml$/, text: 'policies/organization.yaml' },
  { kind: 'People', path: /^policies\/people\.yaml$/, text: 'policies/people.yaml' },
  { kind: 'Rota', path: /^policies\/rotas\.yaml$/, text: 'policies/rotas.yaml' },
  { kind: 'Lock', path: /^policies\/locks\.yaml$/, text: 'policies/locks.yaml' },
  { kind: 'Settings', path: /^policies\/settings\.yaml$/, text: 'policies/settings.yaml' },
  {
    kind: 'PolicyTest',
    path: new RegExp(`^policies/(?:${NAME}/){0,3}${NAME}\\.test\\.yaml$`),
    text: 'policies/**/*.test.yaml',
  },
  {
    kind: 'Catalog',
    path: new RegExp(`^policies/catalog/(?:${NAME}/){0,2}${NAME}\\.yaml$`),
    text: 'policies/catalog/*.yaml',
  },
  {
    kind: 'RuleSet',
    path: new RegExp(`^policies/rules/(?:${NAME}/){0,2}${NAME}\\.yaml$`),
    text: 'policies/rules/*.yaml',
  },
  {
    kind: 'Delegation',
    path: new RegExp(`^policies/delegations/(?:${NAME}/){0,2}${NAME}\\.yaml$`),
    text: 'policies/delegations/*.yaml',
  },
];

/** Which kind of document belongs at the path; `null`: none. */
export function kindAtPath(path: string): Kind | null {
  return GOVERNING.find((each) => each.path.test(path))?.kind ?? null;
}

/** Every place of a governing document, for people. */
export const GOVERNING_PATHS: readonly string[] = GOVERNING.map((each) => each.text);

/** Files under `policies/` that are for people only. */
export function isNote(path: string): boolean {
  return /^policies\/(?:.*\/)?(?:[^/]+\.md|\.gitkeep)$/.test(path);
}

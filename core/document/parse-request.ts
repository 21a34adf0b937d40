/**
 * Reads a request: its path says what is asked, its text for how long and why. Decides nothing about whether it may be
 * had, and does not know whether the resource exists.
 */
import { type Instant, parseDuration, parseInstant } from '../time.ts';
import { checkShape, kindOf } from './check-shape.ts';
import type { Place, Principal, Request, RequestPath } from './documents.ts';
import type { Issue, Parsed } from './issue.ts';
import { parsePrincipal } from './parse-principal.ts';
import { isName, parseRequestPath } from './paths.ts';
import { impossibleInstants } from './read-instant.ts';
import { inspectYaml } from './read-yaml.ts';
import { recordOf } from './record.ts';
import type { WrittenAccessRequest, WrittenActionRequest } from './written.ts';
import { issueAt, pointer, sortIssues, spanAt, type YamlDocument } from './yaml-document.ts';

export { isRequestPath, parseRequestPath } from './paths.ts';

/** The request, or every issue of its path and its text. */
export function parseRequest(path: string, text: string): Parsed<Request> {
  const parsedPath = parseRequestPath(path);
  const { document, issues: found } = inspectYaml(text, path);
  const issues = [...parsedPath.issues, ...found];
  if (document === null) return { ok: false, issues: sortIssues(issues) };
  const kind = kindOf(document, ['AccessRequest', 'ActionRequest']);
  if (typeof kind !== 'string') return { ok: false, issues: sortIssues([...issues, kind]) };
  issues.push(...checkShape(document, kind));
  const written = document.value as unknown as WrittenAccessRequest | WrittenActionRequest;
  if (parsedPath.ok) issues.push(...mismatches(document, parsedPath.value));
  issues.push(...instantIssues(document));
  if (!parsedPath.ok || issues.length > 0) return { ok: false, issues: sortIssues(issues) };
  return { ok: true, value: requestOf(written, parsedPath.value, document), issues: [] };
}

/** Each named field must say what the path says. */
function mismatches(document: YamlDocument, path: RequestPath): Issue[] {
  const said = { resource: path.resource, role: path.entitlement, action: path.entitlement };
  return Object.entries(said).flatMap(([field, expected]) => {
    const written = document.value[field];
    // What is no name at all is told by the schema.
    if (typeof written !== 'string' || written === expected || !isName(written)) return [];
    return issueAt(spanAt(document, pointer('', field), 'value'), {
      code: 'request-path-mismatch',
      message: `\`${field}\` does not agree with the path of the file`,
      found: written,
      expected: `\`${expected}\`, as in \`${path.path}\``,
      fix: `write \`${field}: ${expected}\`, remove the field, or move the file`,
    });
  });
}

function instantIssues(document: YamlDocument): Issue[] {
  const { starts, startsBy } = document.value;
  const issues = impossibleInstants(document);
  const [from, by] = [starts, startsBy].map((written) => (typeof written === 'string' ? parseInstant(written) : null));
  if (typeof from === 'string' && typeof by === 'string' && by < from) {
    issues.push(
      issueAt(spanAt(document, '/startsBy', 'value'), {
        code: 'request-starts-by-early',
        message: '`startsBy` lies before `starts`, so it could never begin',
        found: String(startsBy),
        expected: `an instant at or after \`${String(starts)}\``,
        fix: 'write a later `startsBy`, or remove it',
      }),
    );
  }
  return issues;
}

function requestOf(
  written: WrittenAccessRequest | WrittenActionRequest,
  path: RequestPath,
  document: YamlDocument,
): Request {
  const common = {
    path,
    reason: written.reason.trim(),
    ticket: written.ticket ?? null,
    subject: written.subject === undefined ? null : (parsePrincipal(written.subject) as Principal),
    starts: instantOrNull(written.starts),
    startsBy: instantOrNull(written.startsBy),
    places: placesOf(document),
  };
  if (written.kind === 'AccessRequest') {
    const duration = parseDuration(written.duration) as number;
    return { kind: 'AccessRequest', ...common, duration, breakGlass: written.breakGlass ?? false };
  }
  const within = parseDuration(written.within) as number;
  return { kind: 'ActionRequest', ...common, within, inputs: recordOf(Object.entries(written.inputs ?? {})) };
}

function instantOrNull(written: string | undefined): Instant | null {
  return written === undefined ? null : parseInstant(written);
}

/** The value of each top-level field, and of each input as `inputs.region`. */
function placesOf(document: YamlDocument): Readonly<Record<string, Place>> {
  const paths = [...document.ranges.keys()].filter((path) => /^\/[^/]+$|^\/inputs\//.test(path)).sort();
  return recordOf(
    paths.map((path) => {
      const { file, line, column } = spanAt(document, path, 'value');
      return [path.slice(1).replace('/', '.'), { file, line, column }];
    }),
  );
}

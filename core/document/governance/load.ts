/** Sorts the governing files by kind and holds each against its schema. Compares no file with another. */

import { isCodeownersPath } from '../../codeowners/locate.ts';
import { checkShape, type Kind, kindOf } from '../check-shape.ts';
import type { Issue } from '../issue.ts';
import { CODEOWNERS_PATHS, GOVERNING_PATHS, isGoverningPath, isNote, kindAtPath } from '../paths.ts';
import { impossibleInstants } from '../read-instant.ts';
import { inspectYaml } from '../read-yaml.ts';
import type {
  WrittenCatalog,
  WrittenDelegation,
  WrittenLock,
  WrittenOrganization,
  WrittenPeople,
  WrittenPolicyTest,
  WrittenRota,
  WrittenRuleSet,
  WrittenSettings,
} from '../written.ts';
import { issueAt, type Words } from '../yaml-document.ts';
import type { Source } from './source.ts';

export interface GovernanceFile {
  readonly path: string;
  readonly text: string;
  /** Git file mode; without it, an ordinary file. */
  readonly mode?: string;
}

export interface Loaded {
  readonly catalogs: readonly Source<WrittenCatalog>[];
  readonly ruleSets: readonly Source<WrittenRuleSet>[];
  readonly organization: Source<WrittenOrganization> | null;
  readonly people: Source<WrittenPeople> | null;
  readonly rotas: Source<WrittenRota> | null;
  readonly delegations: readonly Source<WrittenDelegation>[];
  readonly locks: Source<WrittenLock> | null;
  readonly settings: Source<WrittenSettings> | null;
  readonly tests: readonly Source<WrittenPolicyTest>[];
  readonly codeowners: readonly GovernanceFile[];
  readonly issues: readonly Issue[];
  /** Kinds of which some file could not be read, so that what refers to them cannot be checked. */
  readonly broken: ReadonlySet<Kind>;
}

export function loadGoverning(files: readonly GovernanceFile[]): Loaded {
  const sorted = [...files].filter(({ path }) => isGoverningPath(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const codeowners = sorted.filter(({ path }) => CODEOWNERS_PATHS.includes(path));
  const sources = new Map<Kind, Source<unknown>[]>();
  const broken = new Set<Kind>();
  const issues: Issue[] = sorted.flatMap((file) => modeIssue(file) ?? []);
  for (const file of sorted) {
    if (isCodeownersPath(file.path) || isNote(file.path)) continue;
    const kind = kindAtPath(file.path);
    if (kind === null) {
      issues.push(issueAt(whole(file), { ...PATH, found: file.path }));
      continue;
    }
    const { source, issues: found } = readSource(file, kind);
    issues.push(...found);
    if (source === null) broken.add(kind);
    else sources.set(kind, [...(sources.get(kind) ?? []), source]);
  }
  // The schema of each kind has been checked: this is the one place that says so to the compiler.
  const all = <Written>(kind: Kind) => (sources.get(kind) ?? []) as Source<Written>[];
  const one = <Written>(kind: Kind) => all<Written>(kind)[0] ?? null;
  return {
    catalogs: all('Catalog'),
    ruleSets: all('RuleSet'),
    organization: one('Organization'),
    people: one('People'),
    rotas: one('Rota'),
    delegations: all('Delegation'),
    locks: one('Lock'),
    settings: one('Settings'),
    tests: all('PolicyTest'),
    codeowners,
    issues,
    broken,
  };
}

function readSource(file: GovernanceFile, expected: Kind): { source: Source<unknown> | null; issues: Issue[] } {
  const { document, issues: found } = inspectYaml(file.text, file.path);
  const issues = [...found];
  if (document === null) return { source: null, issues };
  const kind = kindOf(document, [expected]);
  if (typeof kind !== 'string') return { source: null, issues: [...issues, kind] };
  issues.push(...checkShape(document, kind), ...impossibleInstants(document));
  return { source: issues.length > 0 ? null : { document, written: document.value }, issues };
}

/** A link or a submodule would govern with the bytes of something else (threats 30 and 31). */
function modeIssue(file: GovernanceFile): Issue | null {
  if (file.mode === undefined || file.mode === '100644') return null;
  return issueAt(whole(file), {
    code: 'governing-mode',
    message: 'a governing file must be an ordinary file',
    found: `file mode ${file.mode}`,
    expected: 'file mode 100644',
    fix: 'replace the link, submodule or executable with an ordinary file',
  });
}

function whole(file: GovernanceFile) {
  return { file: file.path, line: 1, column: 1, length: 1 };
}

const PATH: Omit<Words, 'found'> = {
  code: 'governing-path',
  message: 'no governing document belongs at this path, so it would be ignored',
  expected: GOVERNING_PATHS.map((path) => `\`${path}\``).join(', '),
  fix: 'move or rename the file; notes for people end in `.md`',
};

/**
 * Finds workflow jobs that could publish a check of a given name (threat 49): GitHub names a job's check after the job,
 * and a skipped job counts as success. Reads names only; runs and expands nothing.
 */
import { load } from 'js-yaml';

export interface JobNames {
  /** `.github/workflows/ci.yml: gatepass`. */
  readonly same: readonly string[];
  /** Named by an expression, or in a file that cannot be read. */
  readonly doubtful: readonly string[];
}

/** `workflows` by path; `null`: not text. */
export function jobsNamed(name: string, workflows: ReadonlyMap<string, string | null>): JobNames {
  const same: string[] = [];
  const doubtful: string[] = [];
  for (const [path, text] of workflows) {
    const names = namesIn(text);
    if (names === null) doubtful.push(path);
    for (const found of names ?? []) {
      if (found.trim().toLowerCase() === name) same.push(`${path}: ${found}`);
      else if (found.includes('${{')) doubtful.push(`${path}: ${found}`);
    }
  }
  return { same: same.sort(), doubtful: doubtful.sort() };
}

/** `null`: not a workflow that can be read. */
function namesIn(text: string | null): readonly string[] | null {
  const written = text === null ? null : parsed(text);
  if (!isRecord(written) || !isRecord(written['jobs'])) return null;
  return Object.entries(written['jobs']).map(([id, job]) =>
    isRecord(job) && typeof job['name'] === 'string' ? job['name'] : id,
  );
}

/** Workflows may use anchors; a bomb of them is refused. */
const MOST_ALIASES = 64;

function parsed(text: string): unknown {
  try {
    return load(text, { maxAliases: MOST_ALIASES });
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

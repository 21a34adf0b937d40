/** The governing files of one tree, understood together. If they cannot be, nothing is decided by them. */
import { type Codeowners, parseCodeowners } from '../codeowners/parse.ts';
import type { Governance } from '../document/documents.ts';
import type { Parsed } from '../document/issue.ts';
import { type GovernanceFile, parseGovernance } from '../document/parse-governance.ts';
import { checkCondition } from './conditions.ts';

export interface Governed {
  readonly governance: Governance;
  readonly codeowners: Codeowners;
}

/** Reading takes longer than deciding, and a sweep decides many requests under the same files. */
const known = new WeakMap<readonly GovernanceFile[], Parsed<Governed>>();

/** Every issue of every file at once, CODEOWNERS held to the strict profile. The same array is read once. */
export function readGovernance(files: readonly GovernanceFile[]): Parsed<Governed> {
  const read = known.get(files) ?? readAnew(files);
  known.set(files, read);
  return read;
}

function readAnew(files: readonly GovernanceFile[]): Parsed<Governed> {
  const parsed = parseGovernance(files, checkCondition);
  if (!parsed.ok) return parsed;
  const { path, text } = parsed.value.codeowners;
  return { ...parsed, value: { governance: parsed.value, codeowners: parseCodeowners(text, path) } };
}

/**
 * GitHub's own view of CODEOWNERS: who is asked for a review, whose approval the native rule demands, and
 * `codeowners/errors`. Written apart from Gatepass's own matcher on purpose, so that the two can disagree in tests.
 */
import { atLeast, membersOf, roleOf, teamRole } from '../access.ts';
import type { Account, Repository, Team } from '../model.ts';
import type { HubState } from '../types.ts';
import { ownerPattern } from './patterns.ts';

const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

export interface OwnerLine {
  readonly number: number;
  readonly source: string;
  readonly pattern: string;
  readonly owners: readonly string[];
}

export interface OwnersFile {
  readonly path: string;
  readonly lines: readonly OwnerLine[];
}

/** The file GitHub would use at a commit; `null`: there is none. */
export async function readOwners(repository: Repository, at: string): Promise<OwnersFile | null> {
  for (const path of PLACES) {
    const text = await repository.git.readFile(at, path);
    if (text !== null) return { path, lines: parse(text.toString('utf8')) };
  }
  return null;
}

function parse(text: string): OwnerLine[] {
  return text.split(/\r?\n/).flatMap((source, index) => {
    const [pattern, ...owners] = source
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/(?<!\\)\s+/);
    if (pattern === undefined || pattern === '') return [];
    return [{ number: index + 1, source, pattern: pattern.replaceAll('\\ ', ' '), owners }];
  });
}

/** Owners of a path by the last line that matches. */
export function ownersOfPath(file: OwnersFile, path: string): readonly string[] {
  return file.lines.findLast((line) => isValid(line) && ownerPattern(line.pattern).test(path))?.owners ?? [];
}

function isValid(line: OwnerLine): boolean {
  return syntaxProblem(line) === null && line.owners.every(isOwnerShaped);
}

function isOwnerShaped(owner: string): boolean {
  return /^@[\w-]+(?:\/[\w.-]+)?$|^[^@\s]+@[^@\s]+$/.test(owner);
}

function syntaxProblem(line: OwnerLine): string | null {
  if (line.pattern.startsWith('!')) return 'Invalid pattern';
  return /\[|\]/.test(line.pattern) ? 'Invalid pattern' : null;
}

export type Owner = { readonly team: Team } | { readonly user: Account };

/** The account or team that an owner names, if it may write; `null`: unknown, or without the right. */
export function findOwner(hub: HubState, repository: Repository, owner: string): Owner | null {
  const [login = '', slug] = owner.replace(/^@/, '').split('/');
  if (slug === undefined) {
    const user = [...hub.accounts.values()].find(
      (each) => each.type === 'User' && (each.login.toLowerCase() === login.toLowerCase() || each.email === owner),
    );
    return user !== undefined && atLeast(roleOf(hub, repository, user), 'write') ? { user } : null;
  }
  const team = hub.organizations.get(login.toLowerCase())?.teams.get(slug.toLowerCase());
  if (team === undefined || team.privacy === 'secret' || login.toLowerCase() !== repository.owner.login.toLowerCase())
    return null;
  return atLeast(teamRole(team, repository.id), 'write') ? { team } : null;
}

export function isOwnedBy(owner: Owner, account: Account): boolean {
  return 'team' in owner ? membersOf(owner.team).has(account.id) : owner.user.id === account.id;
}

export interface OwnersError {
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly source: string;
  readonly suggestion: string | null;
  readonly message: string;
  readonly path: string;
}

/** What `GET /repos/{owner}/{repo}/codeowners/errors` lists. */
export function ownersErrors(hub: HubState, repository: Repository, file: OwnersFile): OwnersError[] {
  return file.lines.flatMap((line) => {
    const error = (kind: string, column: number, suggestion: string | null): OwnersError => {
      const message = `${kind} on line ${line.number}${suggestion === null ? '' : `: ${suggestion}`}\n\n  ${line.source}\n  ${' '.repeat(column - 1)}^`;
      return { line: line.number, column, kind, source: line.source, suggestion, message, path: file.path };
    };
    const problem = syntaxProblem(line);
    if (problem !== null) return [error(problem, line.source.indexOf(line.pattern) + 1, null)];
    return line.owners.flatMap((owner) => {
      const column = line.source.indexOf(owner) + 1;
      if (!isOwnerShaped(owner)) return [error('Invalid owner', column, null)];
      if (findOwner(hub, repository, owner) !== null) return [];
      const what = owner.includes('/') ? 'team' : 'user';
      return [
        error(
          'Unknown owner',
          column,
          `make sure the ${what} ${owner} exists, is publicly visible, and has write access to the repository`,
        ),
      ];
    });
  });
}

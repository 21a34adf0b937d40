/** The commits of a pull request and everybody who had a hand in them. Whose hand disqualifies is the core's business. */
import type { Account, Commit, CommitAuthor } from '../core/policy/evidence.ts';
import { call, callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { account, accountOrNull, type Fields, fields, fieldsOrNull, list, text, textOrEmpty } from './read.ts';

/** GitHub lists at most 250 commits of a pull request, whatever it holds; its own count tells. */
const MOST_LISTED = 250;

export async function readCommits(
  github: GitHub,
  repository: RepositoryName,
  number: number,
): Promise<readonly Commit[]> {
  const items = await callAll(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
    { owner: repository.owner, repo: repository.name, pull_number: number },
    { most: MOST_LISTED },
  );
  const listed = items.map((item) => fields(item, 'commit'));
  const known = accountsByEmail(listed);
  return Promise.all(listed.map((item) => readCommit(github, item, known)));
}

async function readCommit(github: GitHub, item: Fields, known: ReadonlyMap<string, Account>): Promise<Commit> {
  const commit = fields(item['commit'], 'commit.commit');
  const trailers = coAuthors(textOrEmpty(commit['message']));
  return {
    sha: text(item['sha'], 'commit.sha'),
    parents: list(item['parents'], 'commit.parents').map((parent) =>
      text(fields(parent, 'parent')['sha'], 'parent sha'),
    ),
    author: signer(commit['author'], item['author'], 'commit.author'),
    committer: signer(commit['committer'], item['committer'], 'commit.committer'),
    coAuthors: await Promise.all(
      trailers.map(async (who) => ({ ...who, account: await accountOf(github, who, known) })),
    ),
    verified: fieldsOrNull(commit['verification'], 'commit.verification')?.['verified'] === true,
  };
}

function signer(written: unknown, user: unknown, what: string): CommitAuthor {
  const who = fields(written, what);
  return { account: accountOrNull(user, what), name: textOrEmpty(who['name']), email: textOrEmpty(who['email']) };
}

function accountsByEmail(items: readonly Fields[]): ReadonlyMap<string, Account> {
  const known = new Map<string, Account>();
  for (const item of items) {
    const commit = fields(item['commit'], 'commit.commit');
    for (const role of ['author', 'committer'] as const) {
      const { account: user, email } = signer(commit[role], item[role], `commit.${role}`);
      if (user !== null) known.set(email.toLowerCase(), user);
    }
  }
  return known;
}

const TRAILER = 'co-authored-by:';

/**
 * `Co-authored-by: Name <e-mail>` lines, anywhere in the message: more than git's own trailer rule finds, since one too
 * many only bars an approver. Whoever asks writes the message, so it is read in one pass, without a pattern that could be
 * made to go back and forth.
 */
export function coAuthors(message: string): readonly { readonly name: string; readonly email: string }[] {
  return message.split('\n').flatMap((line) => {
    const trailer = line.trim();
    const isOne = trailer.slice(0, TRAILER.length).toLowerCase() === TRAILER && trailer.endsWith('>');
    return isOne ? nameAndEmail(trailer.slice(TRAILER.length, -1)) : [];
  });
}

/** `Name <e-mail`, without its last sign. */
function nameAndEmail(text: string): readonly { readonly name: string; readonly email: string }[] {
  const at = text.indexOf('<');
  const email = text.slice(at + 1);
  return at < 0 || email === '' || /[<>\s]/.test(email) ? [] : [{ name: text.slice(0, at).trim(), email }];
}

const NOREPLY = /^(?:(\d{1,15})\+)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\[bot\])?)@users\.noreply\.[a-z0-9.-]+$/i;

/**
 * Whose e-mail a trailer names: someone else's in this pull request, or GitHub's own no-reply form, which carries the
 * login and, since 2017, the id. Any other address is nobody's that we could prove, so it stays `null`.
 */
async function accountOf(
  github: GitHub,
  who: { readonly email: string },
  known: ReadonlyMap<string, Account>,
): Promise<Account | null> {
  const found = known.get(who.email.toLowerCase());
  if (found !== undefined) return found;
  const [, id, login] = NOREPLY.exec(who.email) ?? [];
  if (login === undefined) return null;
  if (id !== undefined) return { id: Number(id), login, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
  return userNamed(github, login);
}

async function userNamed(github: GitHub, login: string): Promise<Account | null> {
  try {
    const { data } = await call(github, 'GET /users/{username}', { username: login });
    return account(data, 'user');
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return null;
    throw error;
  }
}

/** Answers that handlers give, and pages of lists with GitHub's `Link` header. */
import { notFound } from '../http-error.ts';
import type { Account, Issue, PullRequest } from '../model.ts';
import type { Answer, Call, HubState } from '../types.ts';

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent = (): Answer => ({ status: 204 });

/** One page of a list; `per_page` is 30 unless told, at most 100. */
export async function page<T>(call: Call, items: readonly T[], show: (item: T) => unknown): Promise<Answer> {
  const { slice, headers } = cut(call, items);
  return { status: 200, body: await Promise.all(slice.map(show)), headers };
}

/** The same inside an object with `total_count`. */
export async function countedPage<T>(
  call: Call,
  name: string,
  items: readonly T[],
  show: (item: T) => unknown,
): Promise<Answer> {
  const { slice, headers } = cut(call, items);
  const body = { total_count: items.length, [name]: await Promise.all(slice.map(show)) };
  return { status: 200, body, headers };
}

/** One page of a list that hands out a cursor instead of counting pages: after the item with that id. */
export async function pageByCursor<T extends { readonly id: number }>(
  call: Call,
  items: readonly T[],
  show: (item: T) => unknown,
): Promise<Answer> {
  const size = Math.min(100, natural(call.query.get('per_page'), 30));
  const cursor = call.query.get('cursor');
  const from = cursor === null ? 0 : items.findIndex(({ id }) => String(id) === cursor) + 1;
  const slice = items.slice(from, from + size);
  const last = slice.at(-1);
  const body = await Promise.all(slice.map(show));
  if (last === undefined || from + size >= items.length) return { status: 200, body };
  const url = new URL(call.url);
  url.searchParams.set('cursor', String(last.id));
  return { status: 200, body, headers: { link: `<${url}>; rel="next"` } };
}

function cut<T>(call: Call, items: readonly T[]): { slice: readonly T[]; headers: Record<string, string> } {
  const size = Math.min(100, natural(call.query.get('per_page'), 30));
  const number = natural(call.query.get('page'), 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const url = new URL(call.url);
    url.searchParams.set('page', String(to));
    return `<${url}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first')] : []),
  ];
  const slice = items.slice((number - 1) * size, number * size);
  return { slice, headers: links.length === 0 ? {} : { link: links.join(', ') } };
}

function natural(text: string | null, otherwise: number): number {
  const number = Number(text ?? otherwise);
  return Number.isInteger(number) && number >= 1 ? number : otherwise;
}

/** The pull request the path names; 404 if there is none. */
export function pullOf(call: Call): PullRequest {
  const number = call.params['pull_number'] ?? call.params['issue_number'];
  const found = call.repository.pulls.get(Number(number));
  if (found === undefined) throw notFound();
  return found;
}

/** The pull request or the issue that the path names: they share their numbers. */
export function issueOf(call: Call): PullRequest | Issue {
  const issue = call.repository.issues.get(Number(call.params['issue_number']));
  return issue ?? pullOf(call);
}

/** The account with a login; 404 if there is none. */
export function accountNamed(hub: HubState, login: string | undefined): Account {
  for (const account of hub.accounts.values()) {
    if (account.login.toLowerCase() === login?.toLowerCase()) return account;
  }
  throw notFound();
}

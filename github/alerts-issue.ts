/** The one issue that lists what needs a person: found by our label, made by our app, written only when it says something else. */
import { ALERTS_LABEL, ALERTS_TITLE } from '../core/explain/alerts.ts';
import type { Instant } from '../core/time.ts';
import {
  call,
  type GitHub,
  GitHubError,
  type GitHubResponse,
  nextPlace,
  type RepositoryName,
  serverDate,
} from './client.ts';
import { type Fields, fields, integer, isByApp, list, text, textOrEmpty } from './read.ts';

export interface AlertsIssue {
  readonly number: number;
  readonly isOpen: boolean;
  readonly body: string;
  /** Its page. */
  readonly url: string;
}

/**
 * The oldest one, should somebody have made us open two; `null`: none. With GitHub's clock. Anybody can set the label and
 * copy the title, nobody else can write as the app. Read from the oldest on and no further than ours, so that none that
 * is opened later comes before it.
 */
export async function readAlertsIssue(
  github: GitHub,
  repository: RepositoryName,
  appId: number,
): Promise<{ readonly issue: AlertsIssue | null; readonly now: Instant | null }> {
  let place: Readonly<Record<string, string>> | null = {};
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const response: GitHubResponse = await call(github, 'GET /repos/{owner}/{repo}/issues', {
      ...nameOf(repository),
      labels: ALERTS_LABEL,
      state: 'all',
      sort: 'created',
      direction: 'asc',
      per_page: 100,
      ...place,
    });
    const [oldest] = oursIn(response.data, appId);
    place = nextPlace(response);
    if (oldest !== undefined || place === null) return { issue: oldest ?? null, now: serverDate(response) };
  }
  throw new GitHubError('truncated', `more than ${MOST_PAGES} pages of issues with the label \`${ALERTS_LABEL}\``);
}

/** Ten thousand issues. */
const MOST_PAGES = 100;

function oursIn(page: unknown, appId: number): readonly AlertsIssue[] {
  return list(page, 'issues')
    .map((item) => fields(item, 'issue'))
    .filter((issue) => isByApp(issue, appId))
    .map(readIssue)
    .sort((a, b) => a.number - b.number);
}

function readIssue(issue: Fields): AlertsIssue {
  return {
    number: integer(issue['number'], 'issue number'),
    isOpen: issue['state'] === 'open',
    body: textOrEmpty(issue['body']),
    url: text(issue['html_url'], 'issue html_url'),
  };
}

export async function openAlertsIssue(github: GitHub, repository: RepositoryName, body: string): Promise<AlertsIssue> {
  const { data } = await call(github, 'POST /repos/{owner}/{repo}/issues', {
    ...nameOf(repository),
    title: ALERTS_TITLE,
    body,
    labels: [ALERTS_LABEL],
  });
  return readIssue(fields(data, 'issue'));
}

/** Closes and reopens as told; an unchanged issue is left alone. Whatever somebody else wrote into it is replaced. */
export async function keepAlertsIssue(
  github: GitHub,
  repository: RepositoryName,
  issue: AlertsIssue,
  wanted: { readonly body: string; readonly isOpen: boolean },
): Promise<void> {
  // GitHub may hand line breaks back in another form.
  const isSame = issue.body.replaceAll('\r\n', '\n').trim() === wanted.body.trim();
  if (isSame && issue.isOpen === wanted.isOpen) return;
  await call(github, 'PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
    ...nameOf(repository),
    issue_number: issue.number,
    body: wanted.body,
    state: wanted.isOpen ? 'open' : 'closed',
  });
}

function nameOf({ owner, name }: RepositoryName): { readonly owner: string; readonly repo: string } {
  return { owner, repo: name };
}

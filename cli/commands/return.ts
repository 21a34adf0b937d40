/** `gatepass return`: gives a grant back by a comment on its pull request, as anybody may do by hand. The sweep verifies it. */
import { Octokit } from '@octokit/rest';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { git } from '../git.ts';
import { repositoryOf } from '../open-pull-request.ts';
import { repositoryRoot } from '../repository.ts';

export const command: Command = {
  name: 'return',
  summary: 'give a grant back before it ends',
  usage: `gatepass return ID [--json]

  ID      the grant's id, such as 42-1a2b3c4d, or the number of its pull request
  --json  {pullRequest, comment}

Needs GITHUB_TOKEN (and GITHUB_API_URL on GitHub Enterprise Server). The next sweep takes the grant back.`,
  run: giveBack,
};

async function giveBack(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
  const [id, ...more] = positionals;
  const match = /^([1-9]\d{0,9})(?:-[0-9a-f]{8})?$/.exec(id ?? '');
  if (match === null || more.length > 0)
    throw new UsageError(`\`${positionals.join(' ')}\` is no grant`, 'gatepass return 42-1a2b3c4d');
  const token = terminal.env['GITHUB_TOKEN'];
  if (token === undefined || token === '')
    throw new UsageError('GITHUB_TOKEN is not set', `comment \`/gatepass return\` on #${match[1]} by hand`);
  const root = await repositoryRoot(terminal.cwd);
  const { owner, repo } = repositoryOf((await git(root, ['remote', 'get-url', 'origin'])).trim());
  const api = new Octokit({ auth: token, baseUrl: terminal.env['GITHUB_API_URL'] ?? 'https://api.github.com' });
  const number = Number(match[1]);
  const { data: pull } = await api.pulls.get({ owner, repo, pull_number: number });
  if (pull.merged_at === null) {
    terminal.err(`#${number} is not merged: there is no grant to give back\n`);
    return FINDING;
  }
  const { data } = await api.issues.createComment({ owner, repo, issue_number: number, body: '/gatepass return' });
  if (values.json === true) printJson(terminal, { pullRequest: number, comment: data.html_url });
  else terminal.out(`asked: ${data.html_url}\nthe next sweep takes it back\n`);
  return FINE;
}

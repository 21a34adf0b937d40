/** `gatepass doctor`: whether GitHub is set up so that the gates hold. It reads as whoever's token it is, and writes nothing. */
import { Octokit } from '@octokit/rest';
import type { SetupCheck } from '../../core/attest/check.ts';
import { judgeSetup } from '../../core/attest/judge.ts';
import { plain } from '../../core/explain/escape.ts';
import { readSetup } from '../../github/attest.ts';
import { readMoreSetup } from '../../github/attest-more.ts';
import { type GitHub, GitHubError, type RepositoryName } from '../../github/client.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { git } from '../git.ts';
import { repositoryOf } from '../open-pull-request.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'is the GitHub side set up so that the gates hold (reads GitHub)',
  usage: `gatepass doctor [--repository O/N] [--ledger-repository O/N] [--gate-app ID] [--applier-app ID] [--json]

  --repository O/N         the access repository; default: the remote \`origin\` of this clone
  --ledger-repository O/N  where the ledger and the sweep are; default: the access repository
  --gate-app ID            number of the gate app (or GATEPASS_GATE_APP_ID); 15368 where the gate runs in Actions
  --applier-app ID         number of the applier app (or GATEPASS_APP_ID)
  --json                   {repository, ledger, blocked, checks}

Reads with GITHUB_TOKEN, at GITHUB_API_URL if it is set. An administrator's token sees most: without one, bypass
lists, Apps and some settings are unknown. Exit code 0: grants go on; 1: they would stop; 2: GitHub could not be read.`,
  run: doctor,
};

const OPTIONS = {
  repository: { type: 'string' },
  'ledger-repository': { type: 'string' },
  'gate-app': { type: 'string' },
  'applier-app': { type: 'string' },
  json: { type: 'boolean' },
} as const;

async function doctor(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments(args, OPTIONS);
  const access = await accessOf(values.repository, terminal);
  const ledger = values['ledger-repository'] === undefined ? access : parseName(values['ledger-repository']);
  const gateApp = idOf('--gate-app', values['gate-app'] ?? terminal.env['GATEPASS_GATE_APP_ID']);
  const applierApp = idOf('--applier-app', values['applier-app'] ?? terminal.env['GATEPASS_APP_ID']);
  const checks = await examine(clientOf(terminal), { access, ledger, gateApp, applierApp });
  const blocked = checks.filter(({ blocks }) => blocks).length;
  const names = { repository: `${access.owner}/${access.name}`, ledger: `${ledger.owner}/${ledger.name}` };
  if (values.json === true) printJson(terminal, { ...names, blocked: blocked > 0, checks });
  else terminal.out(describe(checks, names.repository, blocked));
  return blocked === 0 ? FINE : FINDING;
}

interface Asked {
  readonly access: RepositoryName;
  readonly ledger: RepositoryName;
  readonly gateApp: number | null;
  readonly applierApp: number | null;
}

async function examine(github: GitHub, asked: Asked): Promise<readonly SetupCheck[]> {
  const { access, ledger, gateApp, applierApp } = asked;
  try {
    const setup = await readSetup(github, { access, ledger: { github, repository: ledger }, gateApp, applierApp });
    const more = await readMoreSetup(github, {
      access,
      ledger,
      defaultBranch: setup.defaultBranch,
      gateApp,
      applierApp,
    });
    return judgeSetup({ ...setup, more });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const fix = 'is the name right, and may the owner of this token read the repository?';
    throw new UsageError(plain(error.message), fix, { cause: error });
  }
}

async function accessOf(written: string | undefined, terminal: Terminal): Promise<RepositoryName> {
  if (written !== undefined) return parseName(written);
  try {
    const { owner, repo } = repositoryOf((await git(terminal.cwd, ['remote', 'get-url', 'origin'])).trim());
    return { owner, name: repo };
  } catch (cause) {
    throw new UsageError('no repository given, and no remote `origin` here', 'name it: --repository acme/access', {
      cause,
    });
  }
}

function parseName(written: string): RepositoryName {
  const [, owner, name] = /^([A-Za-z0-9][A-Za-z0-9-]*)\/([A-Za-z0-9._-]+)$/.exec(written) ?? [];
  if (owner === undefined || name === undefined) {
    throw new UsageError(`expected owner/name, found \`${written}\``, 'such as acme/access');
  }
  return { owner, name };
}

function idOf(option: string, written: string | undefined): number | null {
  if (written === undefined || written === '') return null;
  if (/^[1-9]\d{0,14}$/.test(written)) return Number(written);
  throw new UsageError(`\`${option}\` is \`${written}\`, expected a number`, 'it is on the settings page of the App');
}

function clientOf(terminal: Terminal): GitHub {
  const auth = terminal.env['GITHUB_TOKEN'] ?? terminal.env['GH_TOKEN'] ?? '';
  if (auth === '') throw new UsageError('GITHUB_TOKEN is not set', 'GITHUB_TOKEN=$(gh auth token) gatepass doctor …');
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return new Octokit({ auth, baseUrl: terminal.env['GITHUB_API_URL'] ?? 'https://api.github.com', log });
}

/** Names on the page come from GitHub: what could steer a terminal is left out. */
function describe(checks: readonly SetupCheck[], repository: string, blocked: number): string {
  const lines = checks.flatMap((check) => {
    const head = `  ${check.severity.padEnd(8)}${check.code.padEnd(23)}${plain(check.message)}`;
    if (check.severity === 'ok') return [head];
    const more = [`found ${plain(check.found)}; expected: ${plain(check.expected)}`, `fix: ${plain(check.fix)}`];
    return [head, ...more.map((line) => `${' '.repeat(10)}${line}`)];
  });
  const count = (severity: SetupCheck['severity']) => checks.filter((check) => check.severity === severity).length;
  const counts = `${count('ok')} ok, ${count('weak')} weak, ${count('unknown')} unknown, ${count('stop')} stop`;
  const verdict = blocked === 0 ? 'grants go on' : 'grants stop until this is put right';
  return `${repository}: how GitHub is set up\n\n${lines.join('\n')}\n\n${counts}: ${verdict}\n`;
}

/**
 * The Action as a gate: signs in, as the gate app or with the workflow's own token, finds out which pull request the event
 * is about, and says what came of it. Of the event it believes a number, nothing else.
 */
import { readFileSync } from 'node:fs';
import * as core from '@actions/core';
import { ACTIONS_APP } from '../core/attest/judge-main.ts';
import { logLine, plain } from '../core/explain/escape.ts';
import { appClient, tokenClient } from '../github/app-client.ts';
import { gitCache } from '../github/tree.ts';
import { type GateWorld, gate } from './gate.ts';
import { type GateInputs, readGateInputs } from './inputs.ts';

/** Throws `GitHubError` when the pull requests cannot be listed, or nobody can sign in. */
export async function runGate(pause: (milliseconds: number) => Promise<void>): Promise<void> {
  const read = readGateInputs((name) => core.getInput(name), process.env);
  if (!read.ok) return core.setFailed(`the gate cannot start:\n- ${read.problems.join('\n- ')}`);
  const asked = pullRequestOf(process.env['GITHUB_EVENT_PATH']);
  if (asked === 'nothing') return core.info('the event is about no pull request');
  const reports = await gate(await worldOf(read.inputs, pause), asked);
  for (const { pullRequest, verdict, title, untold } of reports) {
    core.info(logLine(`#${pullRequest}: ${verdict}: ${title}`));
    if (untold !== null) core.warning(`#${pullRequest}: the comment could not be written: ${plain(untold)}`);
  }
  const verdicts = Object.fromEntries(reports.map((each) => [each.pullRequest, each.verdict]));
  core.setOutput('verdicts', JSON.stringify(verdicts));
  const failed = reports.filter(({ verdict }) => verdict === 'failed');
  if (failed.length > 0) core.setFailed(`${failed.map(({ pullRequest }) => `#${pullRequest}`).join(', ')} not decided`);
}

async function worldOf(inputs: GateInputs, pause: (milliseconds: number) => Promise<void>): Promise<GateWorld> {
  const { repository, ledgerRepository, apiUrl, sign } = inputs;
  const clientOn = async (name: typeof repository) =>
    sign.by === 'app'
      ? (await appClient({ ...sign, apiUrl, mask: core.setSecret }, name, pause)).github
      : tokenClient(sign.token, apiUrl, pause);
  const isElsewhere = `${repository.owner}/${repository.name}` !== `${ledgerRepository.owner}/${ledgerRepository.name}`;
  const github = await clientOn(repository);
  return {
    github,
    repository,
    ledger: { github: isElsewhere ? await clientOn(ledgerRepository) : github, repository: ledgerRepository },
    appId: sign.by === 'app' ? Number(sign.appId) : ACTIONS_APP,
    page: `${inputs.webUrl}/${repository.owner}/${repository.name}`,
    merges: inputs.merges,
    cache: { git: gitCache(), ledger: new Map() },
    pause,
  };
}

/** `null`: the event names none, such as a schedule, so all are looked at. `nothing`: a comment on an issue. */
function pullRequestOf(eventPath: string | undefined): number | null | 'nothing' {
  const event = eventPath === undefined ? {} : (JSON.parse(readFileSync(eventPath, 'utf8')) as Record<string, unknown>);
  const issue = event['issue'] as { number?: unknown; pull_request?: unknown } | undefined;
  if (issue !== undefined && issue.pull_request === undefined) return 'nothing';
  const number = (event['pull_request'] as { number?: unknown } | undefined)?.number ?? issue?.number;
  if (number === undefined) return null;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : 'nothing';
}

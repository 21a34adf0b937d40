/**
 * `/gatepass …` in a comment: read again from GitHub, and only when a person wrote it and nobody changed it. Answered are
 * who opened the pull request and whoever may write. None approves. A return or a review is not believed here either: the
 * sweep reads the comment itself and decides, whoever is answered here.
 */
import type { Account } from '../core/policy/evidence.ts';
import { call, type GitHub, GitHubError } from '../github/client.ts';
import { neverEdited } from '../github/comment-edits.ts';
import { react } from '../github/comments.ts';
import { readPullRequest } from '../github/pull-request.ts';
import { account, fields, fieldsOrNull, text, textOrEmpty } from '../github/read.ts';
import { dispatchSweep } from './dispatch-sweep.ts';
import type { Gate } from './gate.ts';
import type { Timer } from './queue.ts';

const COMMANDS = ['explain', 'retry', 'return', 'reviewed', 'extend'] as const;
export type Command = (typeof COMMANDS)[number];

/** The first line that starts with `/gatepass`; `unknown` when it names no command; `null`: no such line. */
export function commandIn(body: string): Command | 'unknown' | null {
  const line = /^\/gatepass(?:[ \t]+(\S+))?(?=\s|$)/m.exec(body);
  if (line === null) return null;
  return COMMANDS.find((command) => command === line[1]) ?? 'unknown';
}

/** Whether it is for the sweep, which reads the comment itself. */
export function isForSweep(command: Command | 'unknown' | null): boolean {
  return command === 'return' || command === 'reviewed';
}

/** Seconds in which one start of a sweep serves all who ask: anybody may comment, and a sweep reads every comment. */
const TOGETHER = 20;

/** Starts a sweep at once, and whoever asks again soon after shares the next. `gate`: in a lane that does not rest. */
export function sweepsFor(gate: Gate, timer: Timer): () => Promise<void> {
  let isSoon = false;
  let isAsked = false;
  const ask = async (): Promise<void> => {
    if (isSoon) {
      isAsked = true;
      return;
    }
    isSoon = true;
    timer.after(TOGETHER, () => {
      isSoon = false;
      if (!isAsked) return;
      isAsked = false;
      ask().catch((error: unknown) => gate.log.error({ err: error }, 'no sweep could be started'));
    });
    await dispatchSweep(gate);
  };
  return ask;
}

/**
 * Answers with a reaction; what there is to say is in the comment that the evaluation keeps up to date. While GitHub asks for
 * rest there is no reaction, and the evaluation comes when it is over, as for all that are open.
 */
export async function answerCommand(gate: Gate, pullRequest: number, comment: number): Promise<void> {
  try {
    await answer(gate, pullRequest, comment);
  } catch (error) {
    if (!(error instanceof GitHubError) || error.code !== 'rate-limited') throw error;
    gate.enqueue(pullRequest);
  }
}

async function answer(gate: Gate, pullRequest: number, comment: number): Promise<void> {
  const github = await gate.connect(gate.repository);
  const said = await readCommand(gate, github, comment);
  if (said === null) return;
  const { state, author } = (await readPullRequest(github, gate.repository, pullRequest)).pullRequest;
  if (said.by.id !== author.id && !(await mayWrite(gate, github, said.by))) return;
  if (!(await neverEdited(github, [said])).has(said.id)) return;
  const { command } = said;
  const isOfHeld = isForSweep(command) || command === 'extend';
  const isUnderstood = command !== 'unknown' && (!isOfHeld || state === 'merged');
  await react(github, gate.repository, comment, isUnderstood ? 'eyes' : 'confused');
  if (isUnderstood) gate.enqueue(pullRequest);
}

interface Said {
  readonly id: number;
  readonly nodeId: string;
  readonly by: Account;
  readonly command: Command | 'unknown';
}

/** `null`: it is no command, or no person's. */
async function readCommand(gate: Gate, github: GitHub, id: number): Promise<Said | null> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
    comment_id: id,
  });
  const comment = fields(data, 'comment');
  const by = account(comment['user'], 'comment user');
  const isByApp = fieldsOrNull(comment['performed_via_github_app'], 'comment app') !== null;
  const command = by.type === 'User' && !isByApp ? commandIn(textOrEmpty(comment['body'])) : null;
  return command === null ? null : { id, nodeId: text(comment['node_id'], 'comment node_id'), by, command };
}

/**
 * In a public repository anybody may comment, as often as GitHub lets them, and a reaction is one of the few writes that the
 * gate has a minute (`pace.ts`): strangers cost it reads alone, or checks would wait for them.
 */
async function mayWrite(gate: Gate, github: GitHub, { login }: Account): Promise<boolean> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
    username: login,
  });
  const { permission } = fields(data, 'permission of a user');
  return permission === 'admin' || permission === 'write';
}

/** The gate's one comment under a pull request. Where it may not write there, only the log says so. */
import type { GitHub } from '../github/client.ts';
import { publishSticky } from '../github/comments.ts';
import type { Gate } from './gate.ts';

/** Throws `GitHubError` where trying again can help. */
export async function say(gate: Gate, github: GitHub, pullRequest: number, body: string): Promise<void> {
  const why = await publishSticky(github, gate.repository, pullRequest, gate.appId, body);
  if (why !== null) gate.log.warn({ pullRequest, why }, 'the comment could not be written');
}

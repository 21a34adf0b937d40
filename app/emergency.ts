/**
 * Which pull requests ask to break the glass: they go by a lane that rests for nobody. A hint only, by what GitHub shows of
 * their files; whether the glass may be broken is decided as always. One look for each head.
 */
import { isRequestPath } from '../core/document/paths.ts';
import { call, GitHubError } from '../github/client.ts';
import { fields, textOrEmpty } from '../github/read.ts';
import { evaluate, type Look } from './evaluate.ts';
import type { Gate } from './gate.ts';
import { type Again, backoff } from './queue.ts';

export interface Emergencies {
  /** What a webhook says: another head is looked at anew. */
  seen(pullRequest: number, head: string): void;
  /** Throws `GitHubError` while nobody can say. */
  asks(pullRequest: number): Promise<boolean>;
}

/** @param urgent asked when the ordinary lane rests */
export function newEmergencies(ordinary: Gate, urgent: Gate): Emergencies {
  const heads = new Map<number, string>();
  const known = new Map<number, { readonly head: string | undefined; readonly asks: boolean }>();
  return {
    seen(pullRequest, head) {
      heads.set(pullRequest, head);
    },
    async asks(pullRequest) {
      const head = heads.get(pullRequest);
      const before = known.get(pullRequest);
      if (before !== undefined && before.head === head) return before.asks;
      const asks = await readHint(ordinary, pullRequest).catch((error: unknown) => {
        if (error instanceof GitHubError && error.code === 'rate-limited') return readHint(urgent, pullRequest);
        throw error;
      });
      known.set(pullRequest, { head, asks });
      return asks;
    },
  };
}

/** Whoever breaks the glass is looked at again within so many seconds, whatever GitHub asks for. */
const LONGEST_RETRY = 60;
/** And whoever may break it: GitHub refused even to say. */
const LONGEST_UNKNOWN = 300;

/** When others are decided; nobody who breaks the glass waits for that. */
export type InTurn = (work: () => Promise<Again>) => Promise<Again>;

/** As `evaluate`, in the lane that the pull request is for. */
export async function evaluateInLane(
  lanes: { readonly ordinary: Gate; readonly emergency: Gate; readonly inTurn: InTurn },
  emergencies: Emergencies,
  look: Look,
): Promise<Again> {
  const { pullRequest, attempt } = look;
  let isGlass: boolean | null = null;
  try {
    isGlass = await emergencies.asks(pullRequest);
    return await (isGlass ? evaluate(lanes.emergency, look) : lanes.inTurn(() => evaluate(lanes.ordinary, look)));
  } catch (error) {
    if (isGlass === false) throw error;
    lanes.ordinary.log.error(
      { pullRequest, err: error },
      'GitHub could not be reached, or refused a break-glass request',
    );
    return Math.min(backoff(attempt, null), isGlass === null ? LONGEST_UNKNOWN : LONGEST_RETRY);
  }
}

/** The first hundred files: a request for access is one. */
async function readHint(gate: Gate, pullRequest: number): Promise<boolean> {
  const { data } = await call(
    await gate.connect(gate.repository),
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    {
      owner: gate.repository.owner,
      repo: gate.repository.name,
      pull_number: pullRequest,
      per_page: 100,
    },
  );
  if (!Array.isArray(data)) throw new GitHubError('unexpected', 'expected a list of files');
  return data
    .map((file) => fields(file, 'file'))
    .some((file) => isRequestPath(textOrEmpty(file['filename'])) && asksIn(textOrEmpty(file['patch'])));
}

/** Whoever pushes writes the patch, half a megabyte of it on one line if they like: no pattern here looks at a line twice. */
function asksIn(patch: string): boolean {
  return patch.split('\n').some((line) => line.startsWith('+') && /\bbreakGlass\b/.test(line) && /\btrue\b/.test(line));
}

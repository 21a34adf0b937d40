/**
 * Rest, when GitHub asks for it. Whoever goes on asking while limited is limited longer, or banned (docs.github.com, "Rate
 * limits for the REST API"), so once one call was refused no ordinary call is sent until the time is over. Starting a sweep
 * and breaking the glass do not rest: they are few, and have lanes of their own.
 */

import { toEpoch } from '../core/time.ts';
import { type GitHub, GitHubError, type GitHubResponse, serverDate, toGitHubError } from '../github/client.ts';
import type { Timer } from './queue.ts';

export interface Brake {
  /** Refuses while it is held: a `GitHubError` that says after how many seconds to ask again. */
  guard(github: GitHub): GitHub;
  /** As `guard`, but never refuses: what it learns still holds the others. */
  watch(github: GitHub): GitHub;
}

/** Where GitHub limits without saying for how long ("wait for at least one minute", same page). */
const UNTOLD = 60;
/** What is left of an hour's requests is for the clock, from this share of them on. */
const RESERVE = 0.1;
const HOUR = 3600;

/** @param told of each rest that begins or is made longer, in seconds */
export function createBrake(timer: Timer, told: (seconds: number) => void): Brake {
  let until: number | null = null;
  let release = () => {};

  const hold = (seconds: number): void => {
    const end = performance.now() + seconds * 1000;
    if (until !== null && until >= end) return;
    release();
    until = end;
    told(seconds);
    release = timer.after(seconds, () => {
      until = null;
    });
  };

  const learning = async (
    github: GitHub,
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<GitHubResponse> => {
    try {
      const response = await github.request(route, parameters);
      const rest = restIn(response);
      if (rest !== null) hold(rest);
      return response;
    } catch (error) {
      const { code, afterSeconds } = toGitHubError(error, route);
      if (code === 'rate-limited') hold(afterSeconds ?? UNTOLD);
      throw error;
    }
  };

  return {
    watch: (github) => ({ request: (route, parameters) => learning(github, route, parameters) }),
    guard: (github) => ({
      async request(route, parameters) {
        if (until === null) return learning(github, route, parameters);
        const afterSeconds = Math.max(1, Math.ceil((until - performance.now()) / 1000));
        throw new GitHubError('rate-limited', `GitHub asked for rest: ${route} is not sent`, { afterSeconds });
      },
    }),
  };
}

/** Seconds until the hour's requests are counted anew, when few are left; `null`: there are enough, or nothing is said. */
function restIn(response: GitHubResponse): number | null {
  const number = (name: string): number => Number(response.headers[name] ?? Number.NaN);
  const [limit, left] = [number('x-ratelimit-limit'), number('x-ratelimit-remaining')];
  if (!(left < limit * RESERVE)) return null;
  const now = serverDate(response);
  const seconds = now === null ? UNTOLD : number('x-ratelimit-reset') - toEpoch(now) / 1000;
  return seconds > 0 && seconds <= HOUR ? Math.ceil(seconds) : UNTOLD;
}

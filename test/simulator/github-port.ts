/** The GitHub that one running sweep sees: the world's, with the errors, old tips and wrong clock of its faults. */
import { MINUTE } from '../../core/time.ts';
import type { GitHub, GitHubResponse } from '../../github/client.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { httpError } from '../support/memory-github.ts';
import { readLines } from './ledger-lines.ts';
import type { Process } from './process.ts';
import type { Faults } from './steps.ts';
import { LEDGER, MAIN, type World } from './world.ts';

type Parameters = Readonly<Record<string, unknown>>;

export function portOf(world: World, process: Process): GitHub {
  const { github, model } = world;
  return {
    request: (route, parameters = {}) =>
      process.call(async () => {
        const number = process.gitHubCalls;
        process.gitHubCalls += 1;
        const fault = faultAt(process, number);
        const isWrite = !route.startsWith('GET');
        if (fault !== null)
          process.injected.add(
            fault === 'spent'
              ? 'budget-spent'
              : isWrite
                ? 'unwritten'
                : fault === 429 || fault === 403
                  ? 'github-limited'
                  : 'server-error',
          );
        if (fault === 'spent') throw httpError(403, 'API rate limit exceeded');
        if (typeof fault === 'number') throw httpError(fault, 'not now');
        const answer = await answerOf(world, process, route, parameters);
        if (route.endsWith('/git/refs/{ref}') && parameters['ref'] === LEDGER) {
          process.commits += 1;
          world.moved(LEDGER);
          world.noting(() => readLines(model, process, github.git.tip(LEDGER_BRANCH).files));
          process.seenLines = model.mirror.lines.length;
        }
        if (fault === 'lost') throw httpError(502, 'no answer');
        const stale = staleOf(world, process, route, parameters);
        if (stale === null && route.endsWith('/git/ref/{ref}') && parameters['ref'] === LEDGER)
          process.seenLines = model.mirror.lines.length;
        process.told = world.clock + process.faults.skew * MINUTE;
        model.latest = Math.max(model.latest, process.told);
        const date = new Date(process.told).toUTCString();
        return { ...answer, ...(stale === null ? {} : { data: stale }), headers: { ...answer.headers, date } };
      }),
  };
}

function faultAt({ faults: { github } }: Process, number: number): NonNullable<Faults['github']>['is'] | null {
  if (github === null) return null;
  const isHit = github.is === 'spent' ? number >= github.at : number === github.at;
  return isHit ? github.is : null;
}

async function answerOf(
  world: World,
  process: Process,
  route: string,
  parameters: Parameters,
): Promise<GitHubResponse> {
  try {
    return await world.github.request(route, parameters);
  } catch (error) {
    if (route.startsWith('PATCH')) process.raced += 1;
    throw error;
  }
}

function staleOf(world: World, process: Process, route: string, { ref }: Parameters): unknown {
  const { stale } = process.faults;
  const wanted = stale?.branch === 'main' ? MAIN : LEDGER;
  if (stale === null || !route.endsWith('/git/ref/{ref}') || ref !== wanted) return null;
  const tips = world.tips(wanted);
  const sha = tips.at(-1 - stale.by);
  if (sha === undefined || sha === tips.at(-1) || process.isTold) return null;
  // A replica that is behind catches up: who asks again is told the truth.
  process.isTold = true;
  process.injected.add('stale');
  return { ref, object: { sha } };
}

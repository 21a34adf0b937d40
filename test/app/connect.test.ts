import type { Probot } from 'probot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connections, connector } from '../../app/connect.ts';
import { newHealth } from '../../app/health.ts';
import { realTimer } from '../../app/queue.ts';
import { REPOSITORY } from '../support/wire.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Made {
  readonly factory: (made: { readonly octokitOptions: { readonly auth: object } }) => unknown;
}

/** Of the App's own Octokit what a connection uses: it makes others like itself, and they answer at once. */
class AnswersAtOnce {
  static sent: number[] = [];
  async request(route: string) {
    AnswersAtOnce.sent.push(Date.now());
    return { status: 200, headers: {}, url: route, data: { id: 1 } };
  }
  async auth({ factory }: Made) {
    return factory({ octokitOptions: { auth: {} } });
  }
}

/** How many of five hundred reads were sent within a second, by a gate that writes sixty times a minute. */
async function sentAtOnce(lane: keyof Connections): Promise<number> {
  const probot = { auth: async () => new AnswersAtOnce(), log: { warn() {} } } as unknown as Probot;
  const github = await connector(probot, newHealth(), realTimer, 60)[lane](REPOSITORY);
  AnswersAtOnce.sent = [];
  for (let count = 0; count < 500; count += 1) void github.request('GET /repos/{owner}/{repo}/commits/{ref}');
  await vi.advanceTimersByTimeAsync(900);
  return AnswersAtOnce.sent.length;
}

describe('a lane to GitHub', () => {
  it('of what is ordinary has its reads paced', async () => {
    expect(await sentAtOnce('ordinary')).toBe(120);
  });

  // After a restart the app reads a ledger of months, and what ends access must not wait for its turn amid that.
  it.each(['urgent', 'emergency'] as const)('of what is %s reads as fast as it can', async (lane) => {
    expect(await sentAtOnce(lane)).toBe(500);
  });
});

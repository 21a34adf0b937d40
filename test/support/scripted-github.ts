/** A GitHub that answers by a script, for the answers that no well-behaved server gives. */
import type { Io } from '../../providers/provider.ts';

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection breaks instead. */
  readonly breaks?: boolean;
}

export interface ScriptedGitHub {
  readonly io: Io;
  /** `METHOD /path`, in order. */
  readonly calls: string[];
  /** What was sent with each call, by the same index. */
  readonly bodies: unknown[];
}

/** Several answers to one call are given one after another; the last one stays. Anything else is 404. */
export function scriptedGitHub(
  script: Readonly<Record<string, Answer | readonly [Answer, ...Answer[]]>>,
  io: Partial<Io> = {},
): ScriptedGitHub {
  const calls: string[] = [];
  const bodies: unknown[] = [];
  const asked = new Map<string, number>();
  const answerTo = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const call = `${init.method ?? 'GET'} ${url.pathname}${url.search}`;
    calls.push(call);
    bodies.push(init.body === undefined ? null : JSON.parse(String(init.body)));
    const known = script[call] ?? script[`${init.method ?? 'GET'} ${url.pathname}`] ?? { status: 404 };
    const list = Array.isArray(known) ? (known as readonly Answer[]) : [known as Answer];
    const times = asked.get(call) ?? 0;
    asked.set(call, times + 1);
    const answer = list[Math.min(times, list.length - 1)] as Answer;
    if (answer.breaks === true) throw new TypeError('fetch failed');
    const status = answer.status ?? 200;
    const body =
      status === 204 ? null : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    return new Response(body, { status, headers: answer.headers ?? {} });
  };
  return {
    calls,
    bodies,
    io: {
      secret: () => '',
      fetch: answerTo as typeof fetch,
      githubApi: 'https://github.test',
      githubToken: async () => 'the-token',
      log: () => undefined,
      ...io,
    },
  };
}

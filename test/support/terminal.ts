/** Runs one command line in process, as a person would type it, and keeps what it said. */
import { main } from '../../cli/main.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers to questions, in order; giving any makes the terminal interactive. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  readonly now?: string;
}

export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<Ran> {
  const answers = [...(surroundings.answers ?? [])];
  let out = '';
  let err = '';
  const code = await main(args, {
    cwd: surroundings.cwd,
    env: surroundings.env ?? {},
    color: false,
    interactive: answers.length > 0,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    painted: (text) => {
      out += text;
    },
    ask: async (question) => {
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`nothing to answer to ${question}`);
      out += question;
      return answer;
    },
    stdin: async () => surroundings.stdin ?? '',
    now: () => new Date(surroundings.now ?? '2026-11-23T10:00:00Z'),
  });
  return { code, out, err };
}

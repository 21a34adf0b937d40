/** `gatepass dev`: the demo's world, kept up, to try by hand. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Command, FINE, readArguments, type Terminal, UsageError } from '../command.ts';
import type { World } from '../demo/world.ts';
import { git } from '../git.ts';

export const command: Command = {
  name: 'dev',
  summary: 'the same world, kept running, to try by hand',
  usage: `gatepass dev [--for SECONDS]

  --for SECONDS  stop by itself; default: until Ctrl-C`,
  run: dev,
};

async function dev(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments(args, { for: { type: 'string' } });
  const limit = values.for === undefined ? null : Number(values.for);
  if (limit !== null && !(limit > 0)) throw new UsageError(`\`--for ${values.for}\` is no number of seconds`);
  terminal.out('starting git, GitHub, PostgreSQL, the app\n');
  const { startWorld } = await import('../demo/world.ts');
  const world = await startWorld(terminal.now().toISOString());
  try {
    const desk = join(world.folder, 'desk');
    await mkdir(desk);
    const clone = join(desk, 'access');
    await git(desk, ['clone', '--quiet', world.urlAs('alice'), 'access']);
    // Commits must be attributable: the gate refuses an e-mail that belongs to nobody.
    await git(clone, ['config', 'user.name', 'alice']);
    await git(clone, ['config', 'user.email', 'alice@acme.example']);
    terminal.out(guide(world, clone));
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    if (limit !== null) void setTimeout(limit * 1000).then(() => stop.abort());
    await passTime(world, terminal, stop.signal);
    terminal.out('\nstopping; nothing is kept\n');
    return FINE;
  } finally {
    await world.close();
  }
}

/** Time passes as on the wall, so that schedules fire and grants end while you watch. */
async function passTime(world: World, terminal: Terminal, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await setTimeout(1000, null, { signal }).catch(() => null);
    const elapsed = terminal.now().getTime() - world.hub.clock.epoch();
    await world.hub.clock.advance(Math.max(0, elapsed));
  }
}

function guide(world: World, desk: string): string {
  const api = world.access.apiUrl;
  const as = (login: string) => `-H "authorization: Bearer ${world.tokens[login]}"`;
  return `
GitHub's API   ${api}
the app        ${world.app.url}/healthz
alice's clone  ${desk}
orders, as     ${world.databases.uri('alice', 'orders')}

alice asks:
  cd ${desk}
  export GITHUB_API_URL=${api} GITHUB_TOKEN=${world.tokens['alice']}
  npx --prefix ${world.project} gatepass request orders-db/read-only --for 1h --reason "Look at order 3" --open
what the gate says (the pull request's number is 1):
  curl -s ${as('alice')} ${api}/repos/acme/access/issues/1/comments
bob approves:
  curl -s ${as('bob')} ${api}/repos/acme/access/pulls/1/reviews -d '{"event":"APPROVE"}'
alice reads:
  psql "${world.databases.uri('alice', 'orders')}" -c "select * from orders"
who holds what:
  git fetch -q origin gatepass/ledger:gatepass/ledger && npx --prefix ${world.project} gatepass audit who

Ctrl-C ends it.
`;
}

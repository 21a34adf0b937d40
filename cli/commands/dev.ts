/** `gatepass dev`: the demo's world, kept up, to try by hand. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, FINE, readArguments, type Terminal, UsageError } from '../command.ts';
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
  const world = await startWorld();
  try {
    const desk = join(world.folder, 'desk');
    await mkdir(desk);
    await git(desk, ['clone', '--quiet', world.urlAs('alice'), 'access']);
    // Time passes as on the wall, so that grants end while you watch; `advance` skips ahead.
    const ticking = setInterval(() => void world.hub.clock.advance(1000), 1000);
    terminal.out(guide(world, join(desk, 'access')));
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    if (limit !== null) setTimeout(() => stop.abort(), limit * 1000);
    await once(stop.signal, 'abort');
    clearInterval(ticking);
    terminal.out('\nstopping; nothing is kept\n');
    return FINE;
  } finally {
    await world.close();
  }
}

function guide(world: Awaited<ReturnType<typeof import('../demo/world.ts').startWorld>>, desk: string): string {
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

/** `gatepass demo`: the whole life on this machine, told as it happens. */

import { type Command, FINDING, FINE, readArguments, type Terminal } from '../command.ts';
import type { World } from '../demo/world.ts';

export const command: Command = {
  name: 'demo',
  summary: 'the whole life of a grant, on this machine, under a minute',
  usage: `gatepass demo [--all]

  --all  every beat: automatic, two levels, contractors, actions, returns, extensions, overlaps, audit`,
  run: demo,
};

async function demo(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments(args, { all: { type: 'boolean' } });
  const started = performance.now();
  terminal.out(
    'Gatepass, the whole life of a grant. A local look-alike of GitHub on real git, the real app, the real bundled\n',
  );
  terminal.out('Action and a real PostgreSQL; each line below is an observed fact.\n');
  // Loaded after the first line, so that nobody looks at an empty screen.
  const [{ startWorld }, { createNarrator }, { createStage }, { tellStory, tellCheats }, { tellAll }] =
    await Promise.all([
      import('../demo/world.ts'),
      import('../demo/narrator.ts'),
      import('../demo/beats.ts'),
      import('../demo/story.ts'),
      import('../demo/story-all.ts'),
    ]);
  const tell = createNarrator(terminal, () => performance.now() - started);
  tell.act('starting git, GitHub, PostgreSQL, the app');
  const world = await startWorld();
  try {
    const stage = createStage(world, tell);
    await tellStory(stage);
    if (values.all === true) await tellAll(stage);
    await tellCheats(stage);
    const took = ((performance.now() - started) / 1000).toFixed(0);
    terminal.out(`\n${tell.facts} facts observed in ${took} s. \`npm run dev\` keeps this world up to try by hand.\n`);
    return FINE;
  } catch (error) {
    explainFailure(error, world, terminal);
    return FINDING;
  } finally {
    await world.close();
  }
}

/** What did not hold, why, and what the app and the last sweeps wrote: enough to find the cause. */
function explainFailure(error: unknown, world: World, terminal: Terminal): void {
  terminal.err(`\nthis did not hold: ${error instanceof Error ? error.message : String(error)}\n`);
  for (let cause = error; cause instanceof Error; cause = cause.cause) terminal.err(`  ${cause.stack}\n`);
  terminal.err(`the app wrote:\n${world.app.log()}\n`);
  for (const run of world.hub.runs('acme', 'access').slice(-2)) {
    terminal.err(`sweep on ${run.event}, ${run.conclusion ?? run.status}:\n${run.log}\n`);
  }
}

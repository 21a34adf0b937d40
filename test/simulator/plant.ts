/**
 * Takes one defence out of the product while it is loaded: `node --import ./test/simulator/plant.ts …` with `PLANT` set to
 * a name below. Nothing on disk changes. Throws where the text that it looks for is not there exactly once, so that a
 * defence that is written anew is not thought to be tried.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

interface Planted {
  readonly file: string;
  readonly was: string;
  readonly is: string;
}

export const PLANTS: Readonly<Record<string, Planted>> = {
  'write-ahead': {
    file: 'sweep/sweep.ts',
    was: 'return own === undefined ? recordsOf(change, now, state.grants) : [own.intent];',
    is: 'return own === undefined ? recordsOf(change, now, state.grants) : [];',
  },
  're-observe': {
    file: 'sweep/apply.ts',
    was: 'const isSeen = seen !== undefined && !isWaiting(seen) && isAsWanted(intended, seen.value);',
    is: "const isSeen = sent.is === 'answered' && sent.answer.is === 'done';",
  },
  union: {
    file: 'core/reconcile/plan-slot.ts',
    was: 'const held = stays.map(({ hold }) => hold.asks);',
    is: 'const held: Value[] = stays.map(() => null);',
  },
  standing: {
    file: 'core/reconcile/plan-slot.ts',
    was: "return [{ kind: 'standing', slot: first.slot, value: site.seen }, ...ensures(site, site.asks, site.seen, site.seen)];",
    is: "return [{ kind: 'standing', slot: first.slot, value: null }, ...ensures(site, site.asks, site.seen, site.seen)];",
  },
  'compare-and-swap': {
    file: 'github/branch-store.ts',
    was: '{ ...name, ref, sha: commit, force: false }',
    is: '{ ...name, ref, sha: commit, force: true }',
  },
  lease: {
    file: 'sweep/apply.ts',
    was: 'isBound && at >= intent.lease',
    is: 'isBound && at < intent.starts',
  },
  'what a slow run left': {
    file: 'core/ledger/loose.ts',
    was: "result === 'done' ? seenThere(loose, intent) : loose",
    is: 'loose.filter((effect) => effect.intent !== intent)',
  },
  'single use of paths': {
    file: 'sweep/authorise.ts',
    was: 'const finding: Finding = isUsed',
    is: 'const finding: Finding = isUsed && path === null',
  },
  expiry: {
    file: 'core/ledger/live.ts',
    was: "return expires !== undefined && now >= expires ? { why: 'expired', at: expires } : null;",
    is: 'return null;',
  },
  isolation: {
    file: 'sweep/resolve.ts',
    was: 'problems.push(doubtful(grant, zone, `${binding.provider} did not resolve it: ${failureOf(error)}`));',
    is: 'throw error;',
  },
  'the recorded decision': {
    file: 'sweep/derive-grant.ts',
    was: 'decision: digestOf(decision),',
    is: 'decision: digestOf(evidence),',
  },
  'one start': {
    file: 'core/reconcile/plan-grants.ts',
    was: "if (action.state !== 'started' && action.state !== 'running') return [];",
    is: "if (action.state === 'unknown' && terms.run !== null) return [{ kind: 'run', grant: terms.id, run: terms.run, due: windowOf(grant).starts, expires: windowOf(grant).expires }];",
  },
};

const name = process.env['PLANT'];
const plant = name === undefined ? undefined : PLANTS[name];
if (name !== undefined) {
  if (plant === undefined) throw new Error(`there is no plant \`${name}\``);
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith('file:') || !url.endsWith(plant.file)) return nextLoad(url, context);
      const text = readFileSync(fileURLToPath(url), 'utf8');
      if (text.split(plant.was).length !== 2) throw new Error(`\`${plant.was}\` is not once in ${plant.file}`);
      const source = stripTypeScriptTypes(text.replace(plant.was, () => plant.is));
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

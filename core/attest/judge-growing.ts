/** The branches that one App alone appends to, beside the ledger: the gate's witness and the applier's heartbeats. */
import { heldBy, namesOf } from './bypass.ts';
import { ok, type SetupCheck, type Subject, unread, weak } from './check.ts';
import { ghJson, rulesPage } from './commands.ts';
import type { BranchSetup, BypassActor, Fact, Rule, Setup } from './snapshot.ts';

interface Growing {
  readonly code: Subject['code'];
  readonly branch: string;
  /** `acme/access`. */
  readonly repository: string;
  /** Of the one that appends; `null`: not told. */
  readonly app: number | null;
  readonly placeholder: string;
  readonly writer: string;
}

/** Whoever could write there could make sweeps stop, or hide with a ledger that was set back what was seen of it. */
export function judgeWitness(setup: Setup, witness: Fact<BranchSetup>): SetupCheck {
  const { access: repository, gateApp: app } = setup;
  const branch = 'gatepass/witness';
  return judgeGrowing(
    { code: 'witness', branch, repository, app, placeholder: 'GATE_APP_ID', writer: 'gate' },
    witness,
  );
}

/** No heartbeat can be forged, but whoever deletes one, or hides it among others, has new access held and alarms raised. */
export function judgeHeartbeats(setup: Setup, heartbeats: Fact<BranchSetup>): SetupCheck {
  const { ledger: repository, applierApp: app } = setup;
  const about = { code: 'heartbeat-branch', branch: 'gatepass/heartbeat', writer: 'applier' } as const;
  return judgeGrowing({ ...about, repository, app, placeholder: 'APPLIER_APP_ID' }, heartbeats);
}

const RULES: readonly Rule['type'][] = ['update', 'non_fast_forward', 'deletion'];

function judgeGrowing(growing: Growing, fact: Fact<BranchSetup>): SetupCheck {
  const { code, branch, repository, writer } = growing;
  const expected = `only the ${writer} app writes \`${branch}\`, and nobody rewrites or deletes it`;
  const about: Subject = { code, expected, fix: rulesets(growing) };
  if (!fact.isRead) return unread(about, fact.why, false);
  const { rules } = fact.value;
  const missing = RULES.filter((type) => !rules.some((rule) => rule.type === type));
  if (missing.length > 0) {
    const names = missing.map((type) => `\`${type}\``).join(', ');
    return weak(about, `no rule of \`${branch}\` says so: ${names}`, `no rule ${names}`);
  }
  return judgeBypass(growing, fact.value, { ...about, fix: rulesPage(repository) });
}

function rulesets({ branch, repository, app, placeholder, writer }: Growing): string {
  const ruleset = (name: string, types: readonly string[], bypass_actors: readonly unknown[]) =>
    ghJson('POST', `repos/${repository}/rulesets`, {
      name,
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: [`refs/heads/${branch}`], exclude: [] } },
      bypass_actors,
      rules: types.map((type) => ({ type })),
    });
  const bypass = { actor_id: app ?? placeholder, actor_type: 'Integration', bypass_mode: 'always' };
  const only = ruleset(`gatepass: only the ${writer} writes ${branch}`, ['creation', 'update'], [bypass]);
  return `${only} && ${ruleset(`gatepass: ${branch} only grows`, ['non_fast_forward', 'deletion'], [])}`;
}

function judgeBypass({ branch: name, app, writer }: Growing, branch: BranchSetup, about: Subject): SetupCheck {
  for (const type of RULES) {
    const rules = branch.rules.filter((rule) => rule.type === type);
    const isWriter = (actor: BypassActor): boolean =>
      type === 'update' && actor.type === 'Integration' && actor.id === app;
    const held = heldBy(branch, rules, isWriter);
    if (held.is === 'unknown') return unread(about, held.why, false);
    if (held.is === 'passed') {
      const who = `${namesOf(held.actors)} over \`${type}\``;
      return weak(about, `some may pass over the rules of \`${name}\`: ${who}`, who);
    }
  }
  return ok(about, `only the ${writer}, only to append`);
}

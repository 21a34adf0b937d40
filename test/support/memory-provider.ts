/** A target system in memory: what each slot holds, what was sent, and faults on demand. */
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import type { Instant } from '../../core/time.ts';
import type { ActionRunner, Diagnostic, Outcome, Provider, RunState, SetSlot } from '../../providers/provider.ts';
import { ProviderError } from '../../providers/provider.ts';

export class MemoryTarget {
  /** By slot key. */
  readonly held = new Map<string, string>();
  readonly sent: { readonly slot: string; readonly value: string | null; readonly until: Instant | null }[] = [];
  /** Slots whose value was accepted and is not in force yet. */
  readonly invited = new Set<string>();
  /** Called before each change; what it throws is what the sweep sees, and nothing is changed. */
  before: (change: SetSlot) => void | Promise<void> = () => {};
  /** Called after each change; what it throws loses the answer, not the effect. */
  after: (change: SetSlot) => void | Promise<void> = () => {};
  beforeObserve: (slots: readonly Slot[]) => void = () => {};
  answer: (change: SetSlot) => Outcome = () => ({ is: 'done', changed: true });
  /** What `check` says. */
  diagnostics: readonly Diagnostic[] = [];
  opened = 0;
  closed = 0;

  open(type: string, config: JsonObject): Provider {
    this.opened += 1;
    const levels = type === 'github-team' ? ['member', 'maintainer'] : ['granted'];
    return {
      check: async () => this.diagnostics,
      resolve: async (target, who) => {
        const at = String(target['role'] ?? 'member');
        const [place, value] = type === 'github-team' ? [String(target['team']), at] : [at, 'granted'];
        const key = `${type}:${place}/${who.github?.id ?? who.name}`;
        const label = `${who.name} in ${place}`;
        return { slot: { provider: type, zone: 'unset', key, config, ids: { key }, levels, label }, value };
      },
      observe: async (slots) => {
        this.beforeObserve(slots);
        return slots.map((slot) => ({
          slot: slot.key,
          value: this.held.get(slot.key) ?? null,
          ...(this.invited.has(slot.key) ? { pending: true } : {}),
        }));
      },
      set: async (change) => {
        await this.before(change);
        this.sent.push({ slot: change.slot.key, value: change.value, until: change.until });
        const answer = this.answer(change);
        if (answer.is === 'done') {
          if (change.value === null) this.held.delete(change.slot.key);
          else this.held.set(change.slot.key, change.value);
        }
        await this.after(change);
        return answer;
      },
      ...(config['exclusive'] === true && {
        inventory: async (known: readonly Slot[]) => {
          this.beforeObserve(known);
          const places = new Set(known.map(({ key }) => key.slice(0, key.lastIndexOf('/'))));
          return [...this.held].flatMap(([key, value]) => {
            const [place, who] = [key.slice(0, key.lastIndexOf('/')), key.slice(key.lastIndexOf('/') + 1)];
            if (!places.has(place)) return [];
            const label = `${who} in ${place}`;
            return [{ slot: { provider: type, zone: 'unset', key, config, ids: { key }, levels, label }, value }];
          });
        },
      }),
      close: async () => {
        this.closed += 1;
      },
    };
  }
}

/** Workflows in memory: each start makes one run, which ends when it is told to. */
export class MemoryRunner implements ActionRunner {
  readonly runs: { readonly correlation: string; readonly inputs: unknown; state: RunState }[] = [];
  /** `lost`: it starts, and the answer does not come back. `refused`: it does not start. */
  fault: 'lost' | 'refused' | null = null;
  /** `hidden`: the list of runs does not show it yet. */
  isHidden = false;
  /** How often a run is looked at before it is over. */
  looks = 1;

  async start(run: { inputs: unknown }, correlation: string): Promise<RunState> {
    if (this.fault === 'refused') throw new ProviderError('not-started', 'the workflow was not found');
    const runId = this.runs.length + 1;
    const state: RunState = { runId, url: `https://github.example/runs/${runId}`, state: 'running', detail: null };
    this.runs.push({ correlation, inputs: run.inputs, state });
    if (this.fault === 'lost') throw new ProviderError('network', 'no answer', { effect: 'unknown' });
    return state;
  }

  async find(_run: unknown, correlation: string): Promise<RunState | null> {
    if (this.isHidden) return null;
    return this.runs.find((run) => run.correlation === correlation)?.state ?? null;
  }

  async follow(_run: unknown, runId: number): Promise<RunState> {
    const run = this.runs.find(({ state }) => state.runId === runId);
    if (run === undefined) throw new ProviderError('unexpected', `no run ${runId}`);
    this.looks -= 1;
    if (this.looks <= 0) run.state = { ...run.state, state: 'done', detail: 'success' };
    return run.state;
  }
}

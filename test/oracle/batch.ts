/** Runs a stretch of histories against both and counts. */
import { decide } from '../../core/policy/decide.ts';
import { disagreement } from './compare.ts';
import { evidenceOf, history } from './history.ts';
import { metamorphicFailure } from './metamorphic.ts';
import { judge } from './oracle.ts';

export interface Figures {
  readonly verdicts: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<string, number>>;
  /** How many changed histories were decided for the metamorphic properties. */
  readonly metamorphic: number;
  readonly failures: readonly { readonly index: number; readonly why: string }[];
}

const UNTRIED = { tried: 0, why: null };

/** Histories `from` to below `until` of a seed; the metamorphic properties on every so-many-th of them. */
export function batch(seed: number, from: number, until: number, metamorphicEvery = 1): Figures {
  const verdicts: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const failures: { index: number; why: string }[] = [];
  let metamorphic = 0;
  for (let index = from; index < until; index += 1) {
    const evidence = evidenceOf(history(seed, index));
    const decision = decide(evidence);
    verdicts[decision.verdict] = (verdicts[decision.verdict] ?? 0) + 1;
    kinds[decision.pullKind] = (kinds[decision.pullKind] ?? 0) + 1;
    const changed = index % metamorphicEvery === 0 ? metamorphicFailure(evidence, decision) : UNTRIED;
    metamorphic += changed.tried;
    const why = disagreement(decision, judge(evidence)) ?? changed.why;
    if (why !== null) failures.push({ index, why });
  }
  return { verdicts, kinds, metamorphic, failures };
}

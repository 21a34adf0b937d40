/** Steps of a history in a word each, for tests that write one by hand. */
import { type Faults, NO_FAULTS, type Run, type Step } from './steps.ts';

export const asks = (who: number, role: number, minutes: number, more: { readonly startsIn?: number } = {}): Step => ({
  is: 'ask',
  who,
  role,
  minutes,
  startsIn: more.startsIn ?? null,
  way: 'squash',
  breakGlass: false,
});

export const aRun = (faults: Partial<Faults> = {}, zone = 0): Run => ({ zone, faults: { ...NO_FAULTS, ...faults } });

export const sweeps = (faults: Partial<Faults> = {}, zone = 0): Step => atOnce([aRun(faults, zone)], 0);

/** `order`: a seed of whose turn it is. */
export const atOnce = (runs: readonly Run[], order: number): Step => ({ is: 'sweep', runs, order });

export const wait = (minutes: number): Step => ({ is: 'wait', minutes });

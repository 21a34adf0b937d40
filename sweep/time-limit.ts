/** How long one answer is waited for. What comes later is not believed and not awaited: the next look tells what it did. */
import { ProviderError } from '../providers/provider.ts';
import type { SweepWorld } from './world.ts';

export interface Alarm {
  readonly over: Promise<void>;
  cancel(): void;
}

/** Rejects with a `ProviderError` `timeout` of unknown effect when `work` takes longer than so many milliseconds. */
export async function within<T>(world: SweepWorld, milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  const alarm = alarmOf(world, milliseconds);
  const late = alarm.over.then(() => {
    const message = `${what} gave no answer within ${milliseconds / 1000} s`;
    throw new ProviderError('timeout', message, { retry: 'backoff', effect: 'unknown' });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    alarm.cancel();
    // Whoever loses the race may still fail, with nobody listening.
    work.catch(() => undefined);
  }
}

/** Of the world, or of the process. */
export function alarmOf(world: SweepWorld, milliseconds: number): Alarm {
  return world.alarm?.(milliseconds) ?? processAlarm(milliseconds);
}

function processAlarm(milliseconds: number): Alarm {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  return { over: promise, cancel: () => clearTimeout(timer) };
}

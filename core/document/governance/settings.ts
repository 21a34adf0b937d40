/** Settings. What is not written has the most careful value. */
import { DAY } from '../../time.ts';
import type { Settings } from '../documents.ts';
import type { WrittenSettings } from '../written.ts';
import { durationOf } from './approvals.ts';
import type { Source } from './source.ts';

export const DEFAULT_SETTINGS: Settings = { merge: 'manual', mergeMethod: 'squash', lapse: 7 * DAY, notifications: {} };

export function readSettings({ written }: Source<WrittenSettings>): Settings {
  return {
    merge: written.merge ?? DEFAULT_SETTINGS.merge,
    mergeMethod: written.mergeMethod ?? DEFAULT_SETTINGS.mergeMethod,
    lapse: written.lapse === undefined ? DEFAULT_SETTINGS.lapse : durationOf(written.lapse),
    notifications: written.notifications ?? DEFAULT_SETTINGS.notifications,
  };
}

/** Settings. What is not written has the most careful value. */
import { DAY } from '../../time.ts';
import type { Housekeeping, Notifications, Principal, Settings } from '../documents.ts';
import { parsePrincipal } from '../parse-principal.ts';
import type { WrittenSettings } from '../written.ts';
import { durationOf } from './approvals.ts';
import type { Source } from './source.ts';

export const DEFAULT_SETTINGS: Settings = {
  merge: 'manual',
  mergeMethod: 'squash',
  lapse: 7 * DAY,
  housekeeping: { enabled: true, from: 20, after: 7 * DAY },
  notifications: { approvals: true, expiry: true, failures: true, alerts: [] },
};

export function readSettings({ written }: Source<WrittenSettings>): Settings {
  return {
    merge: written.merge ?? DEFAULT_SETTINGS.merge,
    mergeMethod: written.mergeMethod ?? DEFAULT_SETTINGS.mergeMethod,
    lapse: written.lapse === undefined ? DEFAULT_SETTINGS.lapse : durationOf(written.lapse),
    housekeeping: readHousekeeping(written.housekeeping ?? {}),
    notifications: readNotifications(written.notifications ?? {}),
  };
}

function readHousekeeping({ enabled, from, after }: NonNullable<WrittenSettings['housekeeping']>): Housekeeping {
  const usual = DEFAULT_SETTINGS.housekeeping;
  return {
    enabled: enabled ?? usual.enabled,
    from: from ?? usual.from,
    after: after === undefined ? usual.after : durationOf(after),
  };
}

function readNotifications(written: NonNullable<WrittenSettings['notifications']>): Notifications {
  const usual = DEFAULT_SETTINGS.notifications;
  const { approvals = usual.approvals, expiry = usual.expiry, failures = usual.failures, alerts = [] } = written;
  // The schema lets only people and teams through.
  return { approvals, expiry, failures, alerts: alerts.map((text) => parsePrincipal(text) as Principal) };
}

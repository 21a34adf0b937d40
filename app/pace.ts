/**
 * How fast the app writes to GitHub: as much as GitHub allows, in bursts. The pace that Octokit brings leaves one second
 * between writes and three between comments, so that an automatic request would wait eight seconds for nothing.
 *
 * GitHub's secondary limits (docs: "Rate limits for the REST API"): 80 requests that create content a minute, 500 an hour.
 * The lanes share them, so that none waits for another: in any minute 60 + 14 + 6, in any hour 430 + 50 + 20 that tell
 * somebody. What GitHub still refuses is for `brake.ts`.
 */
import Bottleneck from 'bottleneck';

const MINUTE = 60_000;
/** Of those in any minute a third may come at once, of those in any hour a quarter. */
const MINUTE_AT_ONCE = 1 / 3;
const HOUR_AT_ONCE = 1 / 4;
/** Those that tell somebody, for each write a minute. */
const PER_HOUR = 430 / 60;

/**
 * Options of @octokit/plugin-throttling. `writesPerMinute` as in the environment: 0 leaves the plugin out.
 * @param perHour of those, how many may tell somebody
 */
export function paceOf(
  writesPerMinute: number,
  perHour: number = Math.round(writesPerMinute * PER_HOUR),
): Record<string, unknown> {
  if (writesPerMinute === 0) return { enabled: false };
  const notifications = group('notifications', writesPerMinute);
  const hourly = new Bottleneck(bucket(perHour, HOUR_AT_ONCE, 60 * MINUTE));
  notifications.on('created', (limiter: Bottleneck) => limiter.chain(hourly));
  return { write: group('write', writesPerMinute), notifications };
}

/** Of the lanes that rest for nobody. A sweep's start is one write; breaking the glass takes five or so. */
const LANES: Readonly<Record<'urgent' | 'emergency', readonly [perMinute: number, perHour: number]>> = {
  urgent: [6, 20],
  emergency: [14, 50],
};
const paces = new Map<string, Record<string, unknown>>();

/** The same for a lane of its own: the plugin keeps a queue for each `id`. */
export function lanePace(
  lane: keyof typeof LANES,
  throttle: Record<string, unknown> | undefined,
): Record<string, unknown> {
  if (throttle?.['enabled'] === false) return throttle;
  const pace = paces.get(lane) ?? { ...paceOf(...LANES[lane]), id: lane };
  paces.set(lane, pace);
  return { ...throttle, ...pace };
}

function group(id: string, writesPerMinute: number): Bottleneck.Group {
  return new Bottleneck.Group({
    id: `gatepass-${id}`,
    maxConcurrent: 4,
    ...bucket(writesPerMinute, MINUTE_AT_ONCE, MINUTE),
    // A group forgets who was quiet for so long; a full reservoir again is what they would have had.
    timeout: 120_000,
  });
}

/**
 * Full at first; one more at a time. What is let through at once and what comes after count together: never more than
 * `most` in any `period` (milliseconds), wherever it begins.
 */
function bucket(most: number, atOnce: number, period: number): Bottleneck.ConstructorOptions {
  const burst = Math.max(1, Math.floor(most * atOnce));
  return {
    reservoir: burst,
    reservoirIncreaseAmount: 1,
    // Bottleneck looks every 250 ms at the most.
    reservoirIncreaseInterval: Math.ceil(period / Math.max(1, most - burst) / 250) * 250,
    reservoirIncreaseMaximum: burst,
  };
}

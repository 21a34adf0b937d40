/**
 * How fast the app writes to GitHub: as much as GitHub allows, in bursts. The pace that Octokit brings leaves one second
 * between writes and three between comments, so that an automatic request would wait eight seconds for nothing.
 *
 * GitHub's secondary limits (docs: "Rate limits for the REST API"): 80 requests that create content a minute, 500 an hour.
 * Starting a sweep creates none and has a lane of its own. What GitHub still refuses is for `brake.ts`.
 */
import Bottleneck from 'bottleneck';

const BURST = 20;
const MINUTE = 60_000;
/** Of 60 a minute: a hundred at once that tell somebody, and 350 more in any hour. */
const HOURLY_BURST = 100;
const PER_HOUR = 350 / 60;

/** Options of @octokit/plugin-throttling. `writesPerMinute` as in the environment: 0 leaves the plugin out. */
export function paceOf(writesPerMinute: number): Record<string, unknown> {
  if (writesPerMinute === 0) return { enabled: false };
  const notifications = group('notifications', writesPerMinute);
  const perHour = Math.round(writesPerMinute * PER_HOUR);
  const hourly = new Bottleneck(bucket(HOURLY_BURST, (60 * MINUTE) / perHour));
  notifications.on('created', (limiter: Bottleneck) => limiter.chain(hourly));
  return { write: group('write', writesPerMinute), notifications };
}

const URGENT_PER_MINUTE = 20;
let urgent: Record<string, unknown> | null = null;

/** The same for the lane that waits for nobody: the plugin keeps a queue for each `id`. */
export function urgentPace(throttle: Record<string, unknown> | undefined): Record<string, unknown> {
  if (throttle?.['enabled'] === false) return throttle;
  urgent ??= { ...paceOf(URGENT_PER_MINUTE), id: 'urgent' };
  return { ...throttle, ...urgent };
}

function group(id: string, writesPerMinute: number): Bottleneck.Group {
  return new Bottleneck.Group({
    id: `gatepass-${id}`,
    maxConcurrent: 4,
    ...bucket(BURST, MINUTE / writesPerMinute),
    // A group forgets who was quiet for so long; a full reservoir again is what they would have had.
    timeout: 120_000,
  });
}

/** Full at first; one more each `interval` milliseconds. */
function bucket(most: number, interval: number): Bottleneck.ConstructorOptions {
  return {
    reservoir: most,
    reservoirIncreaseAmount: 1,
    // Bottleneck looks every 250 ms at the most.
    reservoirIncreaseInterval: Math.max(250, Math.round(interval / 250) * 250),
    reservoirIncreaseMaximum: most,
  };
}

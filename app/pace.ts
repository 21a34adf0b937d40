/**
 * How fast the app reads and writes: as much as GitHub allows, in bursts. The pace that Octokit brings leaves one second
 * between writes and three between comments, so that an automatic request would wait eight seconds for nothing.
 *
 * GitHub's secondary limits (docs: "Rate limits for the REST API"): 80 requests that create content a minute, 500 an hour;
 * 900 points a minute, five for a write and one for a read. The lanes share them, so that none waits for another: in any
 * minute 60 + 14 + 6 writes, in any hour 430 + 50 + 20 writes that tell somebody, and 360 ordinary reads in any minute. What
 * ends access or cannot wait reads as fast as it can: it is little, but for a first look at a long ledger. What GitHub still
 * refuses is for `brake.ts`.
 */
import Bottleneck from 'bottleneck';
import type { GitHub } from '../github/client.ts';
import { GRAPHQL } from '../github/graphql.ts';

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

/** Of ordinary reads in any minute, and what part of them may come at once. */
const READS = { perMinute: 360, atOnce: 1 / 3 };

/**
 * The ordinary reads, all repositories together, each let through when its time has come. As far out as can be: what waits
 * here while GitHub asks for rest is never sent.
 */
export function pacedReads(writesPerMinute: number): (github: GitHub) => GitHub {
  if (writesPerMinute === 0) return (github) => github;
  const perMinute = Math.ceil((READS.perMinute * writesPerMinute) / 60);
  const reads = new Bottleneck(bucket(perMinute, READS.atOnce, MINUTE));
  return (github) => ({
    async request(route, parameters) {
      if (route.startsWith('GET ') || route === GRAPHQL) await reads.schedule({ priority: priorityOf(route) }, noop);
      return github.request(route, parameters);
    },
  });
}

const noop = async () => {};

/** Of 0 to 9. Whether somebody breaks the glass is asked before anything else: the answer is what gets them out of this line. */
function priorityOf(route: string): number {
  return route === 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files' ? 0 : 5;
}

/**
 * So many at once, the others in the order they came: where hundreds come together the first is decided in a moment and not
 * with the last, and what a person is told is spread over all the time that GitHub takes for it.
 */
export function inTurn(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const line = new Bottleneck({ maxConcurrent: most });
  return (work) => line.schedule(work);
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
 * Full at first; then one more at a time, or as many as a second brings. What is let through at once and what comes after count together: never more than
 * `most` in any `period` (milliseconds), wherever it begins.
 */
function bucket(most: number, atOnce: number, period: number): Bottleneck.ConstructorOptions {
  const burst = Math.max(1, Math.floor(most * atOnce));
  const rest = Math.max(1, most - burst);
  const amount = Math.max(1, Math.floor((rest * 1000) / period));
  return {
    reservoir: burst,
    reservoirIncreaseAmount: amount,
    // Bottleneck looks every 250 ms at the most.
    reservoirIncreaseInterval: Math.ceil((period * amount) / rest / 250) * 250,
    reservoirIncreaseMaximum: burst,
  };
}

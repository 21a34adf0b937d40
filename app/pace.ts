/**
 * How fast the app writes to GitHub: as much as GitHub allows, in bursts. The pace that Octokit brings leaves one second
 * between writes and three between comments, so that an automatic request would wait eight seconds for nothing.
 *
 * GitHub's secondary limits (docs: "Rate limits for the REST API"): 80 requests that create content a minute, 500 an hour.
 * What it still refuses is retried after the `Retry-After` that it names.
 */
import Bottleneck from 'bottleneck';

const BURST = 20;
const MINUTE = 60_000;

/** Options of @octokit/plugin-throttling. `writesPerMinute` as in the environment: 0 leaves the plugin out. */
export function paceOf(writesPerMinute: number): Record<string, unknown> {
  if (writesPerMinute === 0) return { enabled: false };
  return { write: group('write', writesPerMinute), notifications: group('notifications', writesPerMinute) };
}

function group(id: string, writesPerMinute: number): Bottleneck.Group {
  return new Bottleneck.Group({
    id: `gatepass-${id}`,
    maxConcurrent: 4,
    reservoir: BURST,
    reservoirIncreaseAmount: 1,
    // Bottleneck looks every 250 ms at the most.
    reservoirIncreaseInterval: Math.max(250, Math.round(MINUTE / writesPerMinute / 250) * 250),
    reservoirIncreaseMaximum: BURST,
    // A group forgets who was quiet for so long; a full reservoir again is what they would have had.
    timeout: 120_000,
  });
}

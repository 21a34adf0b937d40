/**
 * GitHub sends a webhook once: what this process missed while it was away is found in the App's list of deliveries, and
 * asked for again, once each. Open pull requests need none of it, being read anew; commands in comments do.
 */

import { DAY, type Instant, MINUTE, plus } from '../core/time.ts';
import { call, type GitHub, nextPlace, serverDate } from '../github/client.ts';
import { boolean, fields, instant, integer, list, text } from '../github/read.ts';

interface Delivery {
  readonly id: number;
  /** The same for every attempt. */
  readonly guid: string;
  readonly at: Instant;
  readonly isAgain: boolean;
  readonly isDone: boolean;
}

/** GitHub keeps deliveries for three days; older commands than a day's are nobody's wish any more. */
const BACK = DAY;
/** A delivery may still be under way. */
const SETTLED = MINUTE;
/** Pages of a hundred; and how many are asked for again at a time: the next patrol goes on. */
const MOST_PAGES = 10;
const MOST_AT_ONCE = 50;

/** How many were asked for again. `asApp` signs in as the App itself. Throws `GitHubError`. */
export async function redeliverFailed(asApp: GitHub): Promise<number> {
  const deliveries = await readDeliveries(asApp);
  const attempts = Map.groupBy(deliveries, ({ guid }) => guid);
  const failed = [...attempts.values()].flatMap((tries) => {
    const [only, ...more] = tries;
    return only !== undefined && more.length === 0 && !only.isDone && !only.isAgain ? [only] : [];
  });
  const asked = failed.reverse().slice(0, MOST_AT_ONCE);
  for (const { id } of asked) {
    await call(asApp, 'POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
  }
  return asked.length;
}

/** Newest first, as GitHub lists them. */
async function readDeliveries(asApp: GitHub): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  let place: Readonly<Record<string, string>> | null = {};
  for (let pages = 0; place !== null && pages < MOST_PAGES; pages += 1) {
    const response = await call(asApp, 'GET /app/hook/deliveries', { per_page: 100, ...place });
    const now = serverDate(response);
    const page = list(response.data, 'deliveries').map(readDelivery);
    found.push(...page.filter(({ at }) => now === null || (plus(at, BACK) > now && plus(at, SETTLED) <= now)));
    const isOlder = page.some(({ at }) => now !== null && plus(at, BACK) <= now);
    place = isOlder ? null : nextPlace(response);
  }
  return found;
}

function readDelivery(value: unknown): Delivery {
  const delivery = fields(value, 'delivery');
  const code = integer(delivery['status_code'], 'delivery status_code');
  return {
    id: integer(delivery['id'], 'delivery id'),
    guid: text(delivery['guid'], 'delivery guid'),
    at: instant(delivery['delivered_at'], 'delivered_at'),
    isAgain: boolean(delivery['redelivery'], 'delivery redelivery'),
    isDone: code >= 200 && code < 300,
  };
}

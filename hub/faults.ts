/**
 * What can go wrong on demand: webhook deliveries dropped, doubled, late or out of order; API calls answered with an
 * error, limited, or carried out with the answer lost. Each fault is used up after `times` hits (1 unless told).
 */

export interface DeliveryMatch {
  readonly event?: string;
  readonly action?: string;
  /** Id of the App. */
  readonly app?: number;
}

export interface CallMatch {
  readonly method?: string;
  /** Tested against the path without `/api/v3`. */
  readonly path?: RegExp;
}

export type DeliveryFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Held back until `count` are there, then sent last first. */
  | { readonly kind: 'reorder'; readonly count: number };

export type CallFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly message: string;
    }
  /** The call takes effect; its answer never arrives. */
  | { readonly kind: 'lose-answer' };

export interface Faults {
  drop(match?: DeliveryMatch, times?: number): void;
  duplicate(match?: DeliveryMatch, times?: number): void;
  delay(match: DeliveryMatch, milliseconds: number, times?: number): void;
  reorder(match: DeliveryMatch, count: number): void;
  /** Matching calls get this status (500, 502, 503 …) and take no effect. */
  answer(match: CallMatch, status: number, times?: number): void;
  /** 403 with `retry-after`, as GitHub limits bursts of writes. */
  secondaryLimit(match: CallMatch, options?: { readonly retryAfter?: number; readonly times?: number }): void;
  /** 401 for matching calls. */
  unauthorized(match: CallMatch, times?: number): void;
  loseAnswer(match: CallMatch, times?: number): void;
  /** Every installation token handed out so far stops working. */
  expireTokens(): void;
  clear(): void;
}

interface Armed<Match, Fault> {
  readonly match: Match;
  readonly fault: Fault;
  left: number;
}

export interface FaultBox {
  readonly faults: Faults;
  onDelivery(event: string, action: string | null, app: number): DeliveryFault | null;
  onCall(method: string, path: string): CallFault | null;
}

export function makeFaults(expireTokens: () => void): FaultBox {
  const deliveries: Armed<DeliveryMatch, DeliveryFault>[] = [];
  const calls: Armed<CallMatch, CallFault>[] = [];
  const onDeliveries = (match: DeliveryMatch, fault: DeliveryFault, left: number): void => {
    deliveries.push({ match, fault, left });
  };
  const onCalls = (match: CallMatch, fault: CallFault, left: number): void => {
    calls.push({ match, fault, left });
  };
  const status = (code: number, message: string, headers: Record<string, string> = {}): CallFault => {
    return { kind: 'status', status: code, message, headers };
  };
  return {
    faults: {
      drop: (match = {}, times = 1) => onDeliveries(match, { kind: 'drop' }, times),
      duplicate: (match = {}, times = 1) => onDeliveries(match, { kind: 'duplicate' }, times),
      delay: (match, milliseconds, times = 1) => onDeliveries(match, { kind: 'delay', milliseconds }, times),
      reorder: (match, count) => onDeliveries(match, { kind: 'reorder', count }, count),
      answer: (match, code, times = 1) =>
        onCalls(match, status(code, code < 500 ? 'Forbidden' : 'Server Error'), times),
      secondaryLimit: (match, { retryAfter = 60, times = 1 } = {}) => {
        const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
        onCalls(match, status(403, message, { 'retry-after': String(retryAfter) }), times);
      },
      unauthorized: (match, times = 1) => onCalls(match, status(401, 'Bad credentials'), times),
      loseAnswer: (match, times = 1) => onCalls(match, { kind: 'lose-answer' }, times),
      expireTokens,
      clear() {
        deliveries.length = 0;
        calls.length = 0;
      },
    },
    onDelivery: (event, action, app) =>
      use(deliveries, ({ match }) => fits(match.event, event) && fits(match.action, action) && fits(match.app, app)),
    onCall: (method, path) => use(calls, ({ match }) => fits(match.method, method) && (match.path?.test(path) ?? true)),
  };
}

function fits<T>(wanted: T | undefined, found: T | null): boolean {
  return wanted === undefined || wanted === found;
}

function use<Match, Fault>(armed: Armed<Match, Fault>[], isHit: (each: Armed<Match, Fault>) => boolean): Fault | null {
  const found = armed.find((each) => each.left > 0 && isHit(each));
  if (found === undefined) return null;
  found.left -= 1;
  return found.fault;
}

/** What every question of a decision is asked against: the evidence, and its governing files understood. */
import type { Codeowners } from '../codeowners/parse.ts';
import type { Governance, Request, Resource } from '../document/documents.ts';
import type { Instant, Milliseconds } from '../time.ts';
import type { Asked } from './decision.ts';
import type { Evidence } from './evidence.ts';

export interface Setting {
  readonly evidence: Evidence;
  readonly governance: Governance;
  readonly codeowners: Codeowners;
}

/** Where and when a principal is resolved: `owner` needs a resource, `codeowners` a path, a rota an instant. */
export interface Scope {
  readonly setting: Setting;
  readonly resource: Resource | null;
  readonly path: string;
  readonly at: Instant;
}

/** Someone who may be one of a principal. */
export type Who =
  | { readonly kind: 'person'; readonly id: number }
  | { readonly kind: 'service'; readonly name: string };

/** A request understood, for one length of time. `at` is the first instant at which it could be held: its start, or now. */
export interface Ask extends Scope {
  readonly resource: Resource;
  readonly request: Request;
  readonly asked: Asked;
  readonly who: Who;
  readonly length: Milliseconds;
  /** When the window begins: as written, else with the merge, else now. */
  readonly starts: Instant;
  /** Exclusive end of the window. */
  readonly end: Instant;
}

/** A request as the model keeps it: what it asks for, and what became of it. */
/** A request that was merged, or put on the default branch. */
export interface Asked {
  readonly number: number;
  readonly path: string;
  readonly text: string;
  readonly who: number;
  readonly role: number;
  /** `maybe`: the rules leave it to facts that are not kept here. */
  verdict: 'valid' | 'invalid' | 'maybe';
  readonly breakGlass: boolean;
  /** Id of the owner on whose approval it rests; `null`: on none. */
  readonly needs: number | null;
  /** What of it should not be, by the name of the fault. */
  readonly fault: string | null;
  readonly merged: number;
  readonly starts: number;
  /** Later it does not begin; `null`: no matter. */
  readonly startsBy: number | null;
  /** The latest that anybody may take for its end. */
  ends: number;
  /** Until then it is kept, whatever policies become. */
  sure: number;
  /** The end that an accepted policy leaves it; `null`: as it was. */
  shrunk: number | null;
  /** Of what it holds: which of those that ever had the name. */
  readonly heldIn: Map<string, number>;
  /** There was an intent for it. */
  begun: boolean;
  /** By somebody who may, when; `null`: not. */
  returned: number | null;
  /** Its file is gone again, whoever took it. */
  isRemoved: boolean;
  /** A lock for its subject was there at some time since. */
  wasLocked: boolean;
  /** It is certainly over for who reads the ledger and the default branch. */
  isOver: boolean;
  /** Its grant, once the ledger says so. */
  grant: string | null;
  /** The ledger says something of it. */
  isRead: boolean;
  /** What the ledger says of it that is no authorisation. */
  answer: string | null;
}

/** One thing that was looked at in GitHub's settings, and what came of it. */

export const SETUP_CODES = [
  'pull-request-required',
  'check-required',
  'check-pinned',
  'force-push-refused',
  'deletion-refused',
  'bypass',
  'merge-methods',
  'merge-queue',
  'reviews-elsewhere',
  'reviews-of-requests',
  'up-to-date',
  'ledger-update',
  'ledger-force-push',
  'ledger-deletion',
  'ledger-bypass',
  'check-name',
  'environment',
  'layout',
  'actions-approve',
  'classic-protection',
  'gate-permissions',
  'applier-permissions',
  'runs-writers',
  'witness',
  'heartbeat-branch',
  'team-pins',
  'oidc-subject',
  'heartbeat',
] as const;
export type SetupCode = (typeof SETUP_CODES)[number];

export interface SetupCheck {
  readonly code: SetupCode;
  /** `stop`: the gates do not hold like this. `weak`: they hold, with less behind them. `unknown`: could not be read. */
  readonly severity: 'ok' | 'stop' | 'weak' | 'unknown';
  /** Whether grants wait because of it: every `stop`, and what is unknown of such a fact. */
  readonly blocks: boolean;
  /** Lower case, no full stop. */
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** A ready command, or where to click. Empty where nothing is to be done. */
  readonly fix: string;
}

export type Finding = SetupCheck & { readonly severity: 'stop' | 'weak' | 'unknown' };

/** What a check is about, whatever comes of it. */
export interface Subject {
  readonly code: SetupCode;
  readonly expected: string;
  readonly fix: string;
}

export function ok(subject: Subject, found: string): SetupCheck {
  return { ...subject, severity: 'ok', blocks: false, message: subject.expected, found, fix: '' };
}

export function stop(subject: Subject, message: string, found: string): SetupCheck {
  return { ...subject, severity: 'stop', blocks: true, message, found };
}

export function weak(subject: Subject, message: string, found: string): SetupCheck {
  return { ...subject, severity: 'weak', blocks: false, message, found };
}

/** `blocks`: whether the fact is one that grants rest on. */
export function unread(subject: Subject, why: string, blocks: boolean): SetupCheck {
  const message = `could not be told: ${why}`;
  return { ...subject, severity: 'unknown', blocks, message, found: 'unknown' };
}

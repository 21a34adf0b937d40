/** The part of the fold that is about actions: their one start, and what became of it. */
import type { Entry } from './entry.ts';
import type { Draft } from './replay.ts';

/** An action is started at most once: a second intent changes nothing. */
export function applyAction(draft: Draft, entry: Extract<Entry, { type: 'action-intent' | 'action-outcome' }>): void {
  const grant = draft.grants.get(entry.grant);
  if (grant === undefined) return;
  if (entry.type === 'action-intent') {
    if (grant.action !== null) return;
    const { id: intent, correlation, lease } = entry;
    const action = { intent, correlation, lease, state: 'started', runId: null, url: null } as const;
    draft.grants.set(entry.grant, { ...grant, action, status: 'running' });
    return;
  }
  if (grant.action === null || grant.action.intent !== entry.intent) return;
  const { state } = entry;
  const action = {
    ...grant.action,
    state,
    runId: entry.runId ?? grant.action.runId,
    url: entry.url ?? grant.action.url,
  };
  draft.grants.set(entry.grant, { ...grant, action, status: state });
}

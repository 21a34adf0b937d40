/** What a state says, in a form that later releases can add to without changing what is compared. */
import type { LedgerState } from '../../core/ledger/state.ts';

export function summaryOf(state: LedgerState) {
  return {
    read: state.read,
    governing: state.governing,
    requests: [...state.requests.values()]
      .map(({ request, status }) => `${request.path} #${request.pullRequest}: ${status.is}`)
      .sort(),
    grants: [...state.grants.values()].map(({ terms, status, window, ended, action, holds }) => ({
      grant: terms.id,
      status,
      window,
      ended: ended === null ? null : `${ended.why} ${ended.at}`,
      action: action === null ? null : action.state,
      holds: [...holds.values()].map(({ slot, phase }) => `${slot.key}: ${phase}`).sort(),
    })),
    slots: [...state.slots.values()].map(({ slot, standing }) => ({ slot: slot.key, standing })),
    alerts: [...state.alerts.keys()].sort(),
  };
}

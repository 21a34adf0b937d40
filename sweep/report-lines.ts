/** What a sweep did, or would do, a line each: for a log and a terminal. Whoever prints it makes others' text harmless. */
import type { Body } from '../core/ledger/entry.ts';
import type { Change } from '../core/reconcile/change.ts';
import type { Look } from './look.ts';
import type { SweepReport } from './report.ts';

export function reportLines(report: SweepReport): readonly string[] {
  const effects = [
    ...report.revoked.map((line) => ({ verb: 'revoke', ...line })),
    ...report.granted.map((line) => ({ verb: 'grant', ...line })),
  ];
  return [
    `sweep ${report.run} of zone ${report.zone} at ${report.now}: ${report.written.length} ledger entries`,
    ...effects.map(
      ({ verb, label, because, result, detail }) =>
        `${verb} ${label} (${because}): ${result}${detail === null ? '' : `, ${detail}`}`,
    ),
    ...report.actions.map(({ grant, state, url }) => `action ${grant}: ${state} ${url ?? ''}`.trimEnd()),
    ...report.refused.map(({ type, request, why }) => `${request.path}: ${type}: ${why}`),
  ];
}

/** In the order in which a sweep would do it. */
export function planLines(seen: Look, zone: string): readonly string[] {
  const lines = [...seen.decided.flatMap(decidedLine), ...seen.changes.flatMap(changeLine)];
  return [
    `plan of zone ${zone} at ${seen.now}: ${lines.length === 0 ? 'nothing to do' : `${lines.length} to do`}`,
    ...lines,
    ...[...seen.unseen].map(([slot, why]) => `${slot} could not be seen: ${why}`),
  ];
}

/** What is decided about a request, or a grant; what is only noted for the next sweep is left out. */
function decidedLine(body: Body): readonly string[] {
  if ('request' in body && 'why' in body) return [`${body.request.path}: ${body.type}: ${body.why}`];
  if (body.type === 'authorised') {
    const { id, subject, resource, entitlement } = body.grant;
    return [`${body.request.path}: authorised: ${id}, ${subject.name} for ${resource}/${entitlement}`];
  }
  return 'grant' in body && typeof body.grant === 'string' ? [`${body.grant}: ${body.type}`] : [];
}

function changeLine(change: Change): readonly string[] {
  switch (change.kind) {
    case 'ensure':
      return [`grant ${change.slot.label} (${change.because.why}), until ${change.expires}`];
    case 'remove':
    case 'restore':
      return [`revoke ${change.slot.label} (${change.because.why}), due ${change.due}`];
    case 'run':
      return [`start ${change.run.workflow} of ${change.run.repository} for ${change.grant}`];
    case 'follow':
      return [`look at the run for ${change.grant}`];
    case 'lapse':
      return [`${change.grant} lapses: ${change.why}`];
    default:
      return [];
  }
}

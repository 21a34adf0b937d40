/** The job summary: what was granted, revoked, refused, and what needs a person. Text of others is made harmless. */
import { code, fitBytes, prose } from '../core/explain/escape.ts';
import type { Instant } from '../core/time.ts';
import { attentionOf, type EffectLine, type SweepReport } from './report.ts';
import type { Stop } from './stop.ts';

/** GitHub takes at most 1 MiB a step; a person reads far less. */
const MOST_BYTES = 512 * 1024;

export function summaryMarkdown(report: SweepReport): string {
  const parts = [
    `## Gatepass sweep ${code(report.run)}`,
    headline(report),
    attention(attentionOf(report)),
    effects('Granted', report.granted),
    effects('Revoked', report.revoked),
    actions(report),
    refusals(report),
    unseen(report),
  ];
  return fitBytes(`${parts.filter((part) => part !== '').join('\n\n')}\n`, MOST_BYTES);
}

function headline(report: SweepReport): string {
  const done = report.granted.length + report.revoked.length + report.actions.length + report.refused.length;
  const did = done === 0 ? 'Nothing to do.' : '';
  const next = report.nextDue === null ? 'Nothing is due.' : `Next due: ${minute(report.nextDue)}.`;
  const zone = report.zone === 'default' ? '' : ` Zone ${code(report.zone)}.`;
  return `${did} ${report.written.length} ledger entries written.${zone} ${next}`.trim();
}

function attention(stops: readonly Stop[]): string {
  if (stops.length === 0) return '';
  const rows = stops.map(
    ({ severity, message, next }) =>
      `- ${severity === 'critical' ? '**critical**' : 'warning'}: ${prose(message)}. Next: ${prose(next)}.`,
  );
  return `### Needs a person\n\n${rows.join('\n')}`;
}

function effects(title: string, lines: readonly EffectLine[]): string {
  if (lines.length === 0) return '';
  const rows = lines.map((line) => {
    const result = line.detail === null ? line.result : `${line.result}: ${prose(line.detail)}`;
    return `| ${code(line.label)} | ${code(line.grant)} | ${line.because} | ${minute(line.due)} | ${result} |`;
  });
  return `### ${title}\n\n| what | grant | why | due | result |\n|---|---|---|---|---|\n${rows.join('\n')}`;
}

function actions(report: SweepReport): string {
  if (report.actions.length === 0) return '';
  const rows = report.actions.map(({ grant, state, url, detail }) => {
    const run = url === null ? '' : ` ([run](${encodeURI(url)}))`;
    return `- ${code(grant)}: ${state}${run}${detail === null ? '' : `, ${prose(detail)}`}`;
  });
  return `### Actions\n\n${rows.join('\n')}`;
}

function refusals(report: SweepReport): string {
  if (report.refused.length === 0) return '';
  const rows = report.refused.map(
    ({ type, request, why, next }) => `- ${code(request.path)} ${type}: ${prose(why)}. Next: ${prose(next)}.`,
  );
  return `### Not granted\n\n${rows.join('\n')}`;
}

function unseen(report: SweepReport): string {
  if (report.unseen.size === 0) return '';
  const rows = [...report.unseen].sort().map(([slot, why]) => `- ${code(slot)}: ${prose(why)}`);
  return `### Could not be seen\n\n${rows.join('\n')}`;
}

/** `2026-11-23 12:00 UTC`. */
function minute(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

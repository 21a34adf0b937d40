/** Writes the YAML of a request the way a person would: the fields in reading order, quotes only where they are needed. */

export interface RequestFields {
  readonly kind: 'AccessRequest' | 'ActionRequest';
  /** As written: `2h`. `duration` of an AccessRequest, `within` of an ActionRequest. */
  readonly length: string;
  readonly reason: string;
  readonly ticket: string | null;
  readonly subject: string | null;
  readonly starts: string | null;
  readonly breakGlass: boolean;
  readonly inputs: Readonly<Record<string, string>>;
}

export function writeRequest(fields: RequestFields): string {
  const lines = [
    'apiVersion: gatepass/v1',
    `kind: ${fields.kind}`,
    `${fields.kind === 'AccessRequest' ? 'duration' : 'within'}: ${scalar(fields.length)}`,
    `reason: ${scalar(fields.reason)}`,
  ];
  if (fields.ticket !== null) lines.push(`ticket: ${scalar(fields.ticket)}`);
  if (fields.subject !== null) lines.push(`subject: ${scalar(fields.subject)}`);
  if (fields.starts !== null) lines.push(`starts: ${scalar(fields.starts)}`);
  if (fields.breakGlass) lines.push('breakGlass: true');
  const inputs = Object.entries(fields.inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  if (inputs.length > 0) lines.push('inputs:', ...inputs.map(([name, value]) => `  ${name}: ${scalar(value)}`));
  return `${lines.join('\n')}\n`;
}

/** Letters first, nothing that YAML reads as something else. All other text is a JSON string, which YAML reads the same. */
const PLAIN = /^[A-Za-z][A-Za-z0-9 ._/()+-]*$/;
const NOT_A_STRING = /^(true|false|null|yes|no|on|off|y|n|nan|inf)$/i;
const DURATION = /^[1-9]\d*[mhd]$/;

function scalar(text: string): string {
  const plain = PLAIN.test(text) && !text.endsWith(' ') && !NOT_A_STRING.test(text);
  return plain || DURATION.test(text) ? text : JSON.stringify(text);
}

/** A file name for a request: the day and the first words of the reason, `2026-11-23-replay-payments-stuck`. */
export function slugOf(day: string, reason: string): string {
  const words = reason.toLowerCase().match(/[a-z0-9]+/g) ?? ['request'];
  return `${day}-${words.slice(0, 4).join('-')}`.slice(0, 64).replace(/-+$/, '');
}

/**
 * Makes text of others harmless where it is shown: no mention, link, HTML, Markdown, colour code or hidden direction
 * gets through. Knows nothing about what the text means.
 */

/** Control and format characters: ANSI escapes, bidirectional overrides, zero-width and tag characters, line breaks. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line for a terminal or a log: what would be invisible or act on the screen is written out, as `\u{202e}`. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\r\n\u2028\u2029]+/g, ' ')
    .replace(HIDDEN, (hidden) => `\\u{${(hidden.codePointAt(0) as number).toString(16)}}`);
}

/**
 * The same for what may be read in the log of a job. The runner takes for commands: `::…` where a line begins with it,
 * and `##[…` wherever it stands (`ActionCommand.cs` of actions/runner). What others wrote is neither.
 */
export function logLine(text: string): string {
  return plain(text)
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}

/** The same for JSON, two spaces deep: written out as JSON does it, so that whoever parses it has the same value. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replace(HIDDEN, (hidden) => (hidden === '\n' ? hidden : jsonEscape(hidden)))
    .replaceAll('##[', `##${jsonEscape('[')}`);
}

function jsonEscape(hidden: string): string {
  return hidden
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** An inline code span: nothing inside is a mention, a link, HTML or Markdown, in a table cell neither. */
export function code(text: string): string {
  const inner = plain(text).replaceAll('|', '\\|').trim();
  if (inner === '') return '` `';
  const runs = inner.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  return runs.length === 0 ? `${fence}${inner}${fence}` : `${fence} ${inner} ${fence}`;
}

/** A message of ours that may hold input of others in backticks: those parts become code spans, the rest is inert. */
export function prose(text: string): string {
  return plain(text)
    .split('`')
    .map((part, at, parts) => (at % 2 === 1 && at < parts.length - 1 ? code(part) : inert(part)))
    .join('');
}

const ZERO_WIDTH = '&#8203;';

/**
 * Plain words in Markdown. A mention, an issue number and a bare link are recognised in the rendered text, so escaping
 * does not stop them: a zero-width space does.
 */
function inert(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~$!#]/g, '\\$&')
    .replace(/\\#|@/g, `$&${ZERO_WIDTH}`)
    .replaceAll('://', `:${ZERO_WIDTH}//`)
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}${ZERO_WIDTH}.`);
}

/** A login shown without calling its owner. */
export function person(login: string): string {
  return code(`@${login}`);
}

/** At most so many code points; an ellipsis stands for the rest. */
export function shorten(text: string, most: number): string {
  const points = [...text];
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`;
}

const CUT = '\n\n… cut short here.';

/** At most so many UTF-8 bytes, cut between lines where there is one, and said so. Lone surrogates are replaced. */
export function fitBytes(text: string, most: number): string {
  const whole = text.toWellFormed();
  if (bytesOf(whole) <= most) return whole;
  const room = most - bytesOf(CUT);
  let size = 0;
  let end = 0;
  for (const point of whole) {
    size += bytesOf(point);
    if (size > room) break;
    end += point.length;
  }
  const kept = whole.slice(0, end);
  const line = kept.lastIndexOf('\n');
  return `${line > 0 ? kept.slice(0, line) : kept}${CUT}`;
}

/** UTF-8 length (RFC 3629) without an encoder, which the core has not. */
function bytesOf(text: string): number {
  let size = 0;
  for (const point of text) {
    const code = point.codePointAt(0) as number;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return size;
}

/**
 * What a step says to its runner: workflow commands on standard output (`::error file=…::message`) and the files behind
 * `GITHUB_OUTPUT`, `GITHUB_ENV`, `GITHUB_STATE`, `GITHUB_PATH`. It reads text and does nothing with it.
 * Source: "Workflow commands for GitHub Actions".
 */

export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** An annotation left by `::error`, `::warning` or `::notice`. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

/** The command a line holds, or null. */
export function parseCommand(line: string): Command | null {
  const match = /^\s*::([A-Za-z][\w-]*)(?:\s+(.*?))?::(.*)$/.exec(line);
  if (match === null) return null;
  const properties = (match[2] ?? '').split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    return at < 1
      ? []
      : [
          [
            name,
            unescapeData(pair.slice(at + 1))
              .replaceAll('%3A', ':')
              .replaceAll('%2C', ','),
          ],
        ];
  });
  return { name: match[1] ?? '', properties: Object.fromEntries(properties), message: unescapeData(match[3] ?? '') };
}

/** `%25` last, or an escaped `%250A` would turn into a line break. */
function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** The annotation that a command leaves, or null. */
export function annotationOf(command: Command): Annotation | null {
  const { name, message, properties } = command;
  if (name !== 'error' && name !== 'warning' && name !== 'notice') return null;
  return {
    level: name,
    message,
    title: properties['title'] ?? null,
    file: properties['file'] ?? null,
    line: properties['line'] === undefined ? null : Number(properties['line']),
  };
}

/** The `name=value` and `name<<DELIMITER` entries of a file command. Throws on a line that is neither, as the runner does. */
export function parseFileCommand(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const heredoc = /^([^=]+?)<<(.+)$/.exec(line);
    const plain = /^([^=]+)=(.*)$/.exec(line);
    if (heredoc !== null) {
      const end = lines.indexOf(heredoc[2] ?? '', index + 1);
      if (end < 0) throw new Error(`invalid value: matching delimiter not found \`${heredoc[2]}\``);
      values[heredoc[1] ?? ''] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (plain !== null) {
      values[plain[1] ?? ''] = plain[2] ?? '';
    } else {
      throw new Error(`invalid format \`${line}\``);
    }
  }
  return values;
}

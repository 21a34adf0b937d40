/** `gatepass explain`: the decision for one evidence file, with its reasons. The same engine as both gates, offline. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { renderIssue } from '../../core/document/render-issue.ts';
import { terminalText } from '../../core/explain/terminal-text.ts';
import { decide } from '../../core/policy/decide.ts';
import type { Decision } from '../../core/policy/decision.ts';
import { parseEvidence } from '../../core/policy/parse-evidence.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';

export const command: Command = {
  name: 'explain',
  summary: 'the decision for one evidence file, with its reasons',
  usage: `gatepass explain --evidence FILE [--json]

  --evidence FILE  one JSON document as in schema/evidence.schema.json; - reads standard input
  --json           the whole decision

Exit code 0 when the decision is \`allow\`, 1 for any other.`,
  run: explain,
};

async function explain(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { evidence: { type: 'string' }, json: { type: 'boolean' } });
  const file = values.evidence ?? positionals[0];
  if (file === undefined) throw new UsageError('no evidence given', 'gatepass explain --evidence FILE');
  const parsed = parseEvidence(readJson(await readText(file, terminal), file));
  if (!parsed.ok) {
    for (const issue of parsed.issues) terminal.err(`${renderIssue({ ...issue, file }, null)}\n`);
    throw new UsageError(`\`${file}\` is not evidence`, 'see schema/evidence.schema.json and docs/guides/evidence.md');
  }
  const decision: Decision = decide(parsed.value);
  if (values.json === true) printJson(terminal, decision);
  else terminal.painted(terminalText(decision, { color: terminal.color }));
  return decision.verdict === 'allow' ? FINE : FINDING;
}

async function readText(file: string, terminal: Terminal): Promise<string> {
  if (file === '-') return terminal.stdin();
  try {
    return await readFile(resolve(terminal.cwd, file), 'utf8');
  } catch (cause) {
    throw new UsageError(`can't read \`${file}\``, 'give the path of a JSON file', { cause });
  }
}

function readJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`\`${file}\` is not JSON: ${why}`, null, { cause });
  }
}

/**
 * Runs one step as a child process: an action's bundle with its inputs, or a script under `bash -e`. Reads back what
 * the step wrote (outputs, environment, state, summary) and what it printed. Which steps run, and when, the job decides.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Action, readAction } from './action-file.ts';
import { annotationOf, parseCommand, parseFileCommand } from './commands.ts';
import { type Contexts, interpolate } from './expression.ts';
import type { Masker } from './mask.ts';
import { type Child, startChild } from './process.ts';
import type { JobRun } from './run.ts';
import type { Step } from './workflow-job.ts';

/** What the steps of a job share. */
export interface Stage {
  readonly run: JobRun;
  readonly masker: Masker;
  readonly workspace: string;
  readonly temp: string;
  /** Standard, workflow and job variables; `GITHUB_ENV` and `GITHUB_PATH` add to it. */
  readonly environment: Record<string, string>;
  /** Local folder of `owner/repo/path`. */
  readonly actions: Readonly<Record<string, string>>;
  /** Told of each line as shown; may end the run in the middle of it. */
  readonly onLine: (line: string) => void;
  /** Told of the process while it runs, so that it can be cancelled or killed. */
  readonly onChild: (child: Child | null) => void;
}

export interface StepResult {
  readonly status: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  /** The `post` entry of an action, to run when the job ends. */
  readonly post: (() => Promise<number | null>) | null;
}

/** Never throws: what goes wrong is a line of the log and a status. */
export async function runStep(stage: Stage, step: Step, number: number, contexts: Contexts): Promise<StepResult> {
  try {
    const env = interpolateAll(step.env, contexts);
    if (step.run !== null) {
      const script = join(stage.temp, `step-${number}.sh`);
      writeFileSync(script, interpolate(step.run, contexts));
      const ended = await execute(stage, `${number}`, 'bash', ['-e', script], env);
      return { status: ended.status, outputs: ended.outputs, post: null };
    }
    const action = readAction(directoryOf(stage, step.uses ?? ''));
    const inputs = inputsOf(stage, action, step, contexts);
    const environment = { ...env, ...inputs, GITHUB_ACTION: step.id ?? `__${number}` };
    const main = await execute(stage, `${number}`, process.execPath, [action.main], environment);
    const { post } = action;
    return {
      status: main.status,
      outputs: main.outputs,
      post:
        post === null
          ? null
          : async () => {
              const state = Object.fromEntries(
                Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]),
              );
              return (await execute(stage, `${number}-post`, process.execPath, [post], { ...environment, ...state }))
                .status;
            },
    };
  } catch (error) {
    print(stage, `##[error]${error instanceof Error ? error.message : String(error)}`);
    return { status: 1, outputs: {}, post: null };
  }
}

/** `owner/repo/path@ref`, mapped without its ref: what runs is what is on this machine. */
function directoryOf(stage: Stage, uses: string): string {
  const directory = stage.actions[uses.split('@')[0] ?? ''];
  if (directory !== undefined) return directory;
  const known = Object.keys(stage.actions).join(', ');
  throw new Error(`Unable to resolve action \`${uses}\`: the look-alike knows ${known === '' ? 'none' : known}`);
}

function inputsOf(stage: Stage, action: Action, step: Step, contexts: Contexts): Record<string, string> {
  const given = new Map(Object.entries(step.with).map(([name, value]) => [name.toLowerCase(), value]));
  const valid = Object.keys(action.inputs);
  const strange = [...given.keys()].filter((name) => !valid.some((input) => input.toLowerCase() === name));
  if (strange.length > 0) {
    const names = (all: readonly string[]): string => all.map((name) => `'${name}'`).join(', ');
    print(stage, `##[warning]Unexpected input(s) ${names(strange)}, valid inputs are [${names(valid)}]`);
  }
  const values = [...Object.entries(action.inputs)].map(([name, standard]): [string, string] => {
    const value = given.get(name.toLowerCase()) ?? standard ?? '';
    return [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, interpolate(value, contexts)];
  });
  return Object.fromEntries(values);
}

interface Ended {
  readonly status: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
}

const FILE_COMMANDS = ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'] as const;

async function execute(
  stage: Stage,
  label: string,
  file: string,
  given: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const folder = join(stage.temp, `_runner_file_commands_${label}`);
  mkdirSync(folder, { recursive: true });
  const fileOf = (name: (typeof FILE_COMMANDS)[number]): string => join(folder, name.toLowerCase());
  for (const name of FILE_COMMANDS) writeFileSync(fileOf(name), '');
  const files = Object.fromEntries(FILE_COMMANDS.map((name) => [`GITHUB_${name}`, fileOf(name)]));
  const child = startChild(
    {
      file,
      arguments: given,
      directory: stage.workspace,
      environment: { ...stage.environment, ...environment, ...files },
    },
    (line) => hear(stage, line),
  );
  stage.onChild(child);
  const status = await child.ended;
  stage.onChild(null);
  const read = (name: (typeof FILE_COMMANDS)[number]): string => readFileSync(fileOf(name), 'utf8');
  stage.run.summary += stage.masker.hide(read('STEP_SUMMARY'));
  const outputs = parseFileCommand(read('OUTPUT'));
  Object.assign(stage.environment, parseFileCommand(read('ENV')));
  for (const path of read('PATH')
    .split('\n')
    .filter((line) => line !== '')) {
    stage.environment['PATH'] = `${path}:${stage.environment['PATH'] ?? ''}`;
  }
  // A failing step without a message of its own gets the runner's.
  if (status !== 0 && status !== null) print(stage, `##[error]Process completed with exit code ${status}.`);
  return { status, outputs, state: parseFileCommand(read('STATE')) };
}

/** One line of the process: a command is obeyed, anything is shown. */
function hear(stage: Stage, line: string): void {
  const command = parseCommand(line);
  if (command?.name === 'add-mask') {
    stage.masker.add(command.message);
    return;
  }
  const annotation = command === null ? null : annotationOf(command);
  if (annotation !== null) {
    stage.run.annotations.push({ ...annotation, message: stage.masker.hide(annotation.message) });
  }
  print(stage, line);
}

function print(stage: Stage, line: string): void {
  const shown = stage.masker.hide(line);
  stage.run.log += `${shown}\n`;
  stage.onLine(shown);
}

export function interpolateAll(texts: Readonly<Record<string, string>>, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, interpolate(text, contexts)]));
}

/** Reads an `action.yml`: its inputs with defaults and the Node entry points. Other kinds of action are refused. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { asMap, asText } from './written.ts';

export interface Action {
  readonly directory: string;
  readonly name: string;
  /** By declared name: the default, which may hold an expression; null without one. */
  readonly inputs: Readonly<Record<string, string | null>>;
  readonly main: string;
  readonly post: string | null;
}

/** `node20` still runs on GitHub (forced onto Node 24), so it does here. */
const USING = ['node24', 'node20'];

/** Throws when the folder holds no Node action whose bundle exists. */
export function readAction(directory: string): Action {
  const file = ['action.yml', 'action.yaml'].map((name) => join(directory, name)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`Can't find 'action.yml' or 'action.yaml' under '${directory}'`);
  const written = asMap(load(readFileSync(file, 'utf8')), file);
  const runs = asMap(written['runs'], `${file}: runs`);
  const using = asText(runs['using'], `${file}: runs.using`);
  if (!USING.includes(using) || runs['pre'] !== undefined) {
    throw new Error(
      `${file}: only \`using: node24\` without \`pre\` is supported by the look-alike, found \`${using}\``,
    );
  }
  const main = join(directory, asText(runs['main'], `${file}: runs.main`));
  if (!existsSync(main)) throw new Error(`File not found: '${main}'`);
  const inputs = Object.entries(asMap(written['inputs'] ?? {}, `${file}: inputs`)).map(([name, input]) => {
    const standard = asMap(input ?? {}, `${file}: inputs.${name}`)['default'];
    return [name, standard === undefined || standard === null ? null : asText(standard, `${file}: inputs.${name}`)];
  });
  return {
    directory,
    name: asText(written['name'] ?? directory, `${file}: name`),
    inputs: Object.fromEntries(inputs) as Record<string, string | null>,
    main,
    post: runs['post'] === undefined ? null : join(directory, asText(runs['post'], `${file}: runs.post`)),
  };
}

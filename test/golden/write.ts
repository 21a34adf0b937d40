/** `node test/golden/write.ts VERSION`: tells the story with this code and keeps what it wrote. Overwrites nothing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD, readLedger } from '../../github/ledger-store.ts';
import { goldenSigner, tellStory } from './story.ts';
import { summaryOf } from './summary.ts';

const [version] = process.argv.slice(2);
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) throw new Error('node test/golden/write.ts 0.1.0');
const folder = join(import.meta.dirname, 'ledger', version);

const { github, target } = await tellStory();
const { git } = github;
const chain = (ref: string) => {
  const commits = [];
  for (let sha = git.refs.get(`heads/${ref}`); sha !== undefined; [sha] = git.at(sha).parents)
    commits.push(git.at(sha));
  return commits.reverse();
};
const ledger = chain(LEDGER_BRANCH);
const [segment = ''] = [...(ledger.at(-1)?.files.keys() ?? [])].filter((path) => path.endsWith('.jsonl'));
const linesIn = (text: string) => text.split('\n').length - 1;
const stored = await readLedger(github, { owner: 'acme', name: 'access' });
const { entries } = openLedger(stored, { verify: verifyLedgerSignature, pinned: goldenSigner().publicKey });
const blobs = new Map<string, string>();
const main = chain('main').map(({ sha, parents, message, files }) => ({
  sha,
  parents,
  message,
  files: Object.fromEntries(
    [...files].map(([path, { text }]) => {
      const id = git.blob(text);
      blobs.set(id, text);
      return [path, id];
    }),
  ),
}));

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
const written = {
  'segment.jsonl': ledger.at(-1)?.files.get(segment)?.text ?? '',
  'ledger.json': json({
    segment,
    publicKey: goldenSigner().publicKey,
    commits: ledger.map(({ files }) => ({
      lines: linesIn(files.get(segment)?.text ?? ''),
      head: files.get(LEDGER_HEAD)?.text ?? '',
    })),
  }),
  'github.json': json({
    now: github.now,
    held: Object.fromEntries(target.held),
    main,
    blobs: Object.fromEntries(blobs),
  }),
  'state.json': json(summaryOf(replay(entries))),
};
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text, { flag: 'wx' });
const types = [...new Set(entries.map(({ type }) => type))].sort();
console.log(`${entries.length} entries in ${ledger.length} commits: ${types.join(', ')}`);

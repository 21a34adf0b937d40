/** The ledger's branch: how it begins, who damages it, and how it is put right. */
import { createPrivateKey } from 'node:crypto';
import { canonicalJson } from '../../core/canonical.ts';
import { appendEntries } from '../../core/ledger/chain.ts';
import { governingDigest } from '../../core/ledger/governing-digest.ts';
import { headToSign } from '../../core/ledger/head.ts';
import { type WitnessedHead, witnessLine, witnessPath } from '../../core/ledger/witness.ts';
import { HOUR, toInstant } from '../../core/time.ts';
import { ledgerSigner } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { WITNESS_BRANCH } from '../../github/witness-store.ts';
import { type Files, fileOf } from '../support/memory-git.ts';
import { REPOSITORY } from '../support/memory-github.ts';
import type { Damage } from './steps.ts';
import { LEDGER, type World } from './world.ts';

const WITNESS = `heads/${WITNESS_BRANCH}`;

/** Of 32 bytes that say 7: the same key, and so the same bytes, every time. */
const PKCS8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]);
export const SIGNER = ledgerSigner(
  createPrivateKey({ key: PKCS8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString(),
);

/** As `gatepass init --ledger` makes it. */
export function beginLedger(world: World): void {
  const { git } = world.github;
  const root = git.tip(REPOSITORY.branch);
  const genesis = {
    type: 'genesis',
    repository: { id: REPOSITORY.id, name: 'acme/access', defaultBranch: REPOSITORY.branch },
    root: { commit: root.sha, digest: governingDigest(git.list(root.files, false)) },
    key: { id: SIGNER.id, publicKey: SIGNER.publicKey },
  } as const;
  const { path, lines, tip } = appendEntries(null, [genesis], toInstant(world.clock - HOUR));
  const unsigned = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: SIGNER.id } as const;
  const head = canonicalJson({ ...unsigned, signature: SIGNER.sign(headToSign(unsigned)) });
  const files: Files = new Map([
    [path, fileOf(`${lines.join('\n')}\n`)],
    [LEDGER_HEAD, fileOf(`${head}\n`)],
  ]);
  git.refs.set(LEDGER, git.commit(files, [], 'start').sha);
  world.model.mirror.take(files);
  world.moved(LEDGER);
}

/** Somebody without the key writes to the branch. */
export function damage(world: World, how: Damage): void {
  if (world.model.isDamaged) return;
  if (how === 'rewound') {
    rewind(world);
    return;
  }
  const { git } = world.github;
  const tip = git.tip(LEDGER_BRANCH);
  const last =
    [...tip.files.keys()]
      .filter((path) => path.endsWith('.jsonl'))
      .sort()
      .at(-1) ?? '';
  const path = how === 'head' ? LEDGER_HEAD : last;
  const text = tip.files.get(path)?.text ?? '';
  const worse =
    how === 'cut'
      ? text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
      : how === 'more'
        ? `${text}{"type":"read","commit":"x"}\n`
        : text.replace(/"at":"2026/, '"at":"2025');
  const files = new Map(tip.files).set(path, fileOf(worse));
  git.refs.set(LEDGER, git.commit(files, [tip.sha], 'damage').sha);
  world.model.isDamaged = true;
  world.count(how === 'cut' ? 'rewritten' : 'damaged');
}

/** By force, to what proves itself. What the gate saw before tells. */
function rewind(world: World): void {
  const tips = world.tips(LEDGER);
  const [earlier, last] = [tips.at(-3) ?? tips.at(-2), tips.at(-1)];
  if (earlier === undefined || last === undefined) return;
  witness(world, last);
  world.github.git.refs.set(LEDGER, earlier);
  world.model.isDamaged = true;
  world.count('rewritten');
}

function witness({ github: { git } }: World, commit: string): void {
  const { seq, hash, at } = JSON.parse(git.at(commit).files.get(LEDGER_HEAD)?.text ?? '{}') as WitnessedHead;
  const before = git.refs.get(WITNESS);
  const files = before === undefined ? new Map() : new Map(git.at(before).files);
  const path = witnessPath(at);
  const line = `${witnessLine({ v: 1, seq, hash, commit, at })}\n`;
  const text = files.get(path)?.text ?? '';
  if (text.includes(`"seq":${seq},`) || text.includes(`"seq":${seq}}`)) return;
  files.set(path, fileOf(`${text}${line}`));
  git.refs.set(WITNESS, git.commit(files, before === undefined ? [] : [before], 'witness').sha);
}

/** A person sets the branch to its last good commit. */
export function repair(world: World): void {
  const good = world.tips(LEDGER).at(-1);
  if (!world.model.isDamaged || good === undefined) return;
  world.github.git.refs.set(LEDGER, good);
  world.model.isDamaged = false;
}

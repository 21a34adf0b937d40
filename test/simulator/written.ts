/**
 * The branches that sweeps write, and the gate beside them: what a sweep makes of them on the look-alike is seen in memory
 * too, and what people make of them in memory, by force if need be, is done there by an owner.
 */
import { HEARTBEAT_BRANCH } from '../../github/heartbeat-store.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { WITNESS_BRANCH } from '../../github/witness-store.ts';
import { fileOf, type MemoryGit } from '../support/memory-git.ts';
import type { CommitNames } from './commit-names.ts';
import { ACCESS, commitOf } from './real-commits.ts';
import { OWNER, type Site } from './site.ts';

const REFS: readonly string[] = [LEDGER_BRANCH, WITNESS_BRANCH, HEARTBEAT_BRANCH].map((branch) => `heads/${branch}`);

export class Written {
  readonly #memory: MemoryGit;
  readonly #names: CommitNames;
  /** Where they are on the look-alike, in memory's ids. */
  readonly #there = new Map<string, string>();

  constructor(memory: MemoryGit, names: CommitNames) {
    this.#memory = memory;
    this.#names = names;
  }

  /** `moved`: what a sweep wrote to, if it is one of them. */
  async follow({ repository: { git } }: Site, moved: unknown): Promise<void> {
    const ref = REFS.find((each) => each === moved || `refs/${each}` === moved);
    if (ref === undefined) return;
    const sha = (await git.resolve(`refs/${ref}`)) ?? '';
    const blobs = ((await git.tree(sha, true)) ?? []).filter(({ type }) => type === 'blob');
    const read = async ({ path }: { path: string }) =>
      [path, fileOf((await git.readFile(sha, path))?.toString('utf8') ?? '')] as const;
    const files = new Map(await Promise.all(blobs.map(read)));
    const { parents = [], message = '' } = (await git.commit(sha)) ?? {};
    this.#memory.commits.set(sha, { sha, parents: this.#names.own(parents), files, message });
    this.#memory.refs.set(ref, sha);
    this.#there.set(ref, sha);
  }

  async bring(site: Site): Promise<void> {
    for (const ref of REFS) {
      const sha = this.#memory.refs.get(ref);
      if (sha !== undefined && sha !== this.#there.get(ref)) await this.#bring(site, ref, sha);
    }
  }

  async #bring(site: Site, ref: string, sha: string): Promise<void> {
    const owner = site.as(OWNER);
    const isThere = (await site.repository.git.commit(this.#names.real(sha))) !== null;
    if (!isThere) {
      const { files, parents } = this.#memory.at(sha);
      this.#names.pair(sha, await commitOf(owner, files, this.#names.real(parents)));
    }
    const real = this.#names.real(sha);
    if (this.#there.has(ref)) await owner.git.updateRef({ ...ACCESS, ref, sha: real, force: true });
    else await owner.git.createRef({ ...ACCESS, ref: `refs/${ref}`, sha: real });
    this.#there.set(ref, sha);
  }
}

/**
 * What sweeps of one history may keep from the ones before them. Nothing is kept from one history to the next but what every
 * history begins with: what is called, and so where a fault hits, must depend on the history alone.
 */
import { readGoverning } from '../../github/governing.ts';
import { gitCache } from '../../github/tree.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { MemoryGitHub, REPOSITORY } from '../support/memory-github.ts';
import { governingFiles, USERS } from './organisation.ts';

/** The repository, as requests name it. */
export const NAME = { owner: REPOSITORY.owner, name: REPOSITORY.name };

/** The governing files, read and parsed once. */
const FIRST = gitCache();
const github = new MemoryGitHub({ now: '2026-11-23T10:00:00.000Z', users: USERS, files: governingFiles() });
await readGoverning(github, NAME, github.git.tip(REPOSITORY.branch).sha, FIRST);

export function newCaches(): SweepWorld['cache'] {
  const git = { ...gitCache(), blobs: new Map(FIRST.blobs), governing: new Map(FIRST.governing) };
  return { git, ledger: new Map() };
}

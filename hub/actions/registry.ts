/**
 * Which workflows a repository has and whether they may run. GitHub lists the files of the default branch; a file read
 * at another commit keeps the id of its path.
 */

import type { Repository } from '../model.ts';
import type { HubState } from '../types.ts';
import type { Registered } from './run.ts';
import { parseWorkflow, type Workflow } from './workflow-file.ts';

export interface Registry {
  /** The workflow files at a commit or branch, in the order of their paths. */
  files(repository: Repository, at: string): Promise<WorkflowFile[]>;
  /** What the default branch has, by the number or file name of an API path; null: none such. */
  find(repository: Repository, idOrName: string): Promise<Registered | null>;
  list(repository: Repository): Promise<Registered[]>;
}

export interface WorkflowFile {
  readonly registered: Registered;
  /** Or why it could not be read. */
  readonly workflow: Workflow | { readonly error: string };
}

const FOLDER = '.github/workflows/';

export function createRegistry(hub: HubState): Registry {
  const known = new Map<string, Registered>();
  const register = (repository: Repository, path: string, name: string): Registered => {
    const key = `${repository.id}/${path}`;
    const at = hub.clock.now();
    const found = known.get(key) ?? {
      id: hub.nextId(),
      path,
      name,
      state: 'active' as const,
      createdAt: at,
      updatedAt: at,
      runs: 0,
    };
    found.name = name;
    known.set(key, found);
    return found;
  };
  const files = async (repository: Repository, at: string): Promise<WorkflowFile[]> => {
    const entries = (await repository.git.tree(at, true)) ?? [];
    const paths = entries
      .filter(
        ({ path, type }) =>
          type === 'blob' && path.startsWith(FOLDER) && /^[^/]+\.ya?ml$/.test(path.slice(FOLDER.length)),
      )
      .map(({ path }) => path);
    return Promise.all(
      paths.map(async (path) => {
        const workflow = read(path, (await repository.git.readFile(at, path))?.toString('utf8') ?? '');
        return { registered: register(repository, path, 'error' in workflow ? path : workflow.name), workflow };
      }),
    );
  };
  const list = async (repository: Repository): Promise<Registered[]> => {
    const found = await files(repository, `refs/heads/${repository.defaultBranch}`);
    return found.map(({ registered }) => registered);
  };
  return {
    files,
    list,
    async find(repository, idOrName) {
      const all = await list(repository);
      return (
        all.find(({ id, path }) => String(id) === idOrName || path === FOLDER + idOrName || path === idOrName) ?? null
      );
    },
  };
}

function read(path: string, text: string): Workflow | { error: string } {
  try {
    return parseWorkflow(path, text);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

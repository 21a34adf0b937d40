/** What people do in the flow tests of the sweep, in one line each. */
import type { Entry } from '../../core/ledger/entry.ts';
import { requestDigest } from '../../core/policy/request-digest.ts';
import type { MemoryUser } from './memory-github.ts';
import { aRequest, people, type TestWorld } from './world.ts';

export const READ = 'requests/orders-db/read-only/replay.yaml';
/** What alice's `read-only` of orders fills. */
export const READ_SLOT = 'postgres:app_read/1001';

/** Alice asks to read orders, bob, an owner, approves, the gate merges. Returns the pull request's number. */
export function grantRead(world: TestWorld, fields: Readonly<Record<string, string>> = {}, path = READ): number {
  return merged(world, { by: people.alice, approvedBy: [people.bob], files: { [path]: aRequest(fields) } });
}

export interface Asked {
  readonly by: MemoryUser;
  readonly approvedBy: readonly MemoryUser[];
  readonly files: Readonly<Record<string, string | null>>;
  readonly how?: 'merge' | 'squash' | 'rebase';
}

export function merged(world: TestWorld, asked: Asked): number {
  const number = world.github.open(asked.by, asked.files);
  const body = digestLine(asked.files);
  for (const approver of asked.approvedBy) world.github.approve(number, approver, body);
  world.github.merge(number, asked.how);
  return number;
}

/** As an approver pastes it, whether the policy asks for it or not. Of no request: nothing. */
function digestLine(files: Asked['files']): string {
  const [request] = Object.entries(files).filter(([path, text]) => path.startsWith('requests/') && text !== null);
  return request === undefined ? '' : `digest: ${requestDigest(request[0], request[1] ?? '')}`;
}

/** Some entries share a shape under several types, so `Extract` would find nothing. */
type Of<T extends Entry['type'], E = Entry> = E extends { readonly type: infer U } ? (T extends U ? E : never) : never;

export async function entriesOf<T extends Entry['type']>(world: TestWorld, type: T): Promise<readonly Of<T>[]> {
  const { entries } = await world.ledger();
  return entries.filter((entry) => entry.type === type) as unknown as readonly Of<T>[];
}

/** What the entries of one type say in one field or more. */
export async function alertKeys(world: TestWorld): Promise<readonly string[]> {
  return [...(await world.ledger()).state.alerts.keys()].sort();
}

/** The sweep is killed where it stands: whatever it waits for never comes. Resolves when it has got there. */
export async function killed(
  start: (reached: () => Promise<never>) => void,
  run: () => Promise<unknown>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    start(() => {
      resolve();
      return new Promise<never>(() => {});
    });
    run().then(() => reject(new Error('the sweep came to its end')), reject);
  });
}

/**
 * A binding is one slot in one provider; it belongs to one resource (threat 87). Slots are told apart by what is written,
 * so an alias (another host name, another secret for the same server) is not seen here: the sweep, which knows the
 * provider's own ids, gives no slot to two resources at a time.
 */
import { canonicalJson } from '../../canonical.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { Grants } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { pointer } from '../yaml-document.ts';
import type { CatalogEntry } from './catalog.ts';
import { wrongKey } from './source.ts';

/** One binding with its owner. `team` is the team it fills, for GitHub teams. */
export interface OwnedBinding {
  readonly entry: CatalogEntry;
  readonly role: string;
  readonly index: number;
  readonly key: string;
  readonly team: string | null;
}

export function bindingsOf(entries: readonly CatalogEntry[]): OwnedBinding[] {
  return entries.flatMap((entry) =>
    Object.values(entry.resource.roles).flatMap((role) =>
      role.grants.map(({ provider, target }, index) => ({
        entry,
        role: role.name,
        index,
        key: canonicalJson(slotOf({ provider, target })),
        team: provider.type === 'github-team' ? String(target['team']).toLowerCase() : null,
      })),
    ),
  );
}

const POSTGRES_PORT = 5432;

/**
 * The slot as it is written, without what only says how to get there, such as the zone, or which level of it: a team,
 * whatever role in it; a role of a PostgreSQL cluster, whatever database. GitHub's names and hosts have no case.
 */
export function slotOf({ provider: { type, with: settings }, target }: Grants): JsonObject {
  switch (type) {
    case 'github-team':
      return { type, organization: folded(settings['organization']), team: folded(target['team']) };
    case 'postgres': {
      const { host = null, port = POSTGRES_PORT, credentials = null } = settings;
      // Without a host it is the secret that says where.
      return { type, at: host === null ? credentials : folded(host), port, role: target['role'] ?? null };
    }
    default:
      return { type, with: settings, target };
  }
}

function folded(name: JsonValue | undefined): string {
  return String(name).toLowerCase();
}

export function bindingIssues(entries: readonly CatalogEntry[]): Issue[] {
  const holders = new Map<string, OwnedBinding>();
  return bindingsOf(entries).flatMap((binding) => {
    const before = holders.get(binding.key);
    if (before === undefined || before.entry.resource.name === binding.entry.resource.name) {
      holders.set(binding.key, binding);
      return [];
    }
    const { resource, source, path } = binding.entry;
    return wrongKey(source, path, {
      code: 'catalog-binding-shared',
      message: `the role \`${binding.role}\` of \`${resource.name}\` fills what \`${before.entry.resource.name}\` fills already`,
      found: `the binding of \`${before.entry.resource.name}\`, role \`${before.role}\``,
      expected: 'each binding in one resource only, so that one owner decides about it',
      fix: 'give the resource settings of its own under `with`, or remove one of the two',
    });
  });
}

/** Gatepass cannot grant its own approvers (threat 75). */
export function approverIssues(entries: readonly CatalogEntry[], named: ReadonlyMap<string, string>): Issue[] {
  return bindingsOf(entries).flatMap(({ entry, role, index, team }) => {
    const where = team === null ? undefined : named.get(team);
    if (where === undefined) return [];
    return wrongKey(entry.source, pointer(`${entry.rolePath(role)}/grants`, index, 'team'), {
      code: 'catalog-binding-approver',
      message: `the team \`${team}\` has a say in approvals, so it cannot be granted`,
      found: `${team}, named in \`${where}\``,
      expected: 'a team that is named neither in CODEOWNERS nor in `policies/`',
      fix: 'grant a team made for this alone',
    });
  });
}

/**
 * Whom a maintainer adds by hand stays when the grant is over, so that has to be meant. A warning, which `inProposal` makes
 * an error: a tree that was accepted before there was this rule still has to parse.
 */
export function maintainerIssues(entries: readonly CatalogEntry[]): Issue[] {
  return entries.flatMap((entry) =>
    Object.values(entry.resource.roles).flatMap((role) =>
      role.grants.flatMap(({ provider, target }, index) => {
        const isMeant = provider.type !== 'github-team' || provider.with['allowMaintainer'] === true;
        if (isMeant || target['role'] !== 'maintainer') return [];
        return wrongKey(entry.source, pointer(`${entry.rolePath(role.name)}/grants`, index, 'role'), {
          code: 'catalog-maintainer',
          severity: 'warning',
          message: `the role \`${role.name}\` makes a maintainer, who can add others to the team by hand`,
          found: 'maintainer',
          expected: 'member',
          fix: 'grant `member`, or write `allowMaintainer: true` under `with` of the provider',
        });
      }),
    ),
  );
}

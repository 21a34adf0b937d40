/** Principals, requirements and people in words. */
import type { Principal } from '../document/documents.ts';
import { codeOwners, expand } from './principals.ts';
import type { Scope } from './setting.ts';

/** `team:orders or team:dba`; what is resolved per resource or path is named too: `code owners (team:orders)`. */
export function labelOf(principals: readonly Principal[], scope: Scope): string {
  return principals.map((principal) => labelOfOne(principal, scope)).join(' or ');
}

function labelOfOne(principal: Principal, scope: Scope): string {
  switch (principal.kind) {
    case 'person':
    case 'team':
    case 'rota':
    case 'service':
      return written(principal);
    case 'owner':
    case 'owner-rota':
      return `${principal.kind === 'owner' ? 'the owner' : 'the owner’s on-call'} (${names(expand({ kind: 'owner' }, scope))})`;
    case 'codeowners':
      return `code owners (${names(codeOwners(scope.setting, scope.path))})`;
    case 'any-rota':
      return 'anyone on call';
  }
}

function names(principals: readonly Principal[]): string {
  return principals.length === 0 ? 'nobody' : principals.map(written).join(', ');
}

/** As in the documents: `team:orders`, `codeowners`. */
export function written(principal: Principal): string {
  return 'name' in principal ? `${principal.kind}:${principal.name}` : principal.kind;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Principals as they are written: `person:alice`, `team:orders`, `owner`. */
import type { Principal } from './documents.ts';

const NAMED = /^(person|team|rota|service):([a-z0-9][a-z0-9_-]{0,99})$/;
const PLAIN = /^(owner|owner-rota|codeowners|any-rota)$/;

/** `null` when it is none. */
export function parsePrincipal(text: string): Principal | null {
  const named = NAMED.exec(text);
  if (named !== null) return { kind: named[1] as 'person' | 'team' | 'rota' | 'service', name: named[2] as string };
  const plain = PLAIN.exec(text);
  return plain === null ? null : { kind: plain[1] as 'owner' | 'owner-rota' | 'codeowners' | 'any-rota' };
}

/** As it is written; `parsePrincipal` reads it back. */
export function principalText(principal: Principal): string {
  return 'name' in principal ? `${principal.kind}:${principal.name}` : principal.kind;
}

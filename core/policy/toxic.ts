/** What must not be held at the same time: the organisation's toxic combinations, and roles of one resource. */
import type { ToxicCombination } from '../document/documents.ts';
import type { Reason } from './decision.ts';
import type { HeldGrant } from './evidence.ts';
import { grantsDuring } from './facts.ts';
import { type Findings, NOTHING } from './findings.ts';
import { lookup } from './lookup.ts';
import { fails, issueAt, topOf } from './reason.ts';
import type { Ask } from './setting.ts';

export function checkCombinations(ask: Ask): Findings {
  const held = grantsDuring(ask);
  const reasons = [
    ...held.filter((grant) => conflicts(ask, grant)).map((grant) => roleConflict(ask, grant)),
    ...ask.setting.governance.organization.toxic.flatMap((combination) =>
      held.filter((grant) => isToxic(combination, ask, grant)).map((grant) => toxic(combination, grant)),
    ),
  ];
  const [first] = reasons;
  if (first === undefined) return NOTHING;
  const issue = issueAt(topOf(ask.path), first.code as 'role-conflict' | 'toxic-combination', first.message, {
    fix: 'give the other grant back first',
  });
  return { reasons, issues: [issue] };
}

/** Either role may name the other. */
function conflicts(ask: Ask, grant: HeldGrant): boolean {
  if (grant.resource !== ask.resource.name) return false;
  const { entitlement } = ask.asked;
  const conflictsOf = (role: string) => lookup(ask.resource.roles, role)?.conflictsWith ?? [];
  return conflictsOf(entitlement).includes(grant.role) || conflictsOf(grant.role).includes(entitlement);
}

/** The asked and the held are two different entitlements, and fall under two different entries. */
function isToxic(combination: ToxicCombination, ask: Ask, grant: HeldGrant): boolean {
  const asked = `${ask.resource.name}/${ask.asked.entitlement}`;
  const held = `${grant.resource}/${grant.role}`;
  if (asked === held) return false;
  return combination.of.some(
    (one, index) => covers(one, asked) && combination.of.some((other, at) => at !== index && covers(other, held)),
  );
}

/** `resource/role`, where `*` stands for every name. */
function covers(pattern: string, entitlement: string): boolean {
  const names = entitlement.split('/');
  return pattern.split('/').every((part, index) => part === '*' || part === names[index]);
}

function roleConflict(ask: Ask, grant: HeldGrant): Reason {
  const message = `\`${ask.asked.entitlement}\` must not be held together with \`${grant.role}\` of \`${grant.resource}\`, ${heldHow(grant)}`;
  return fails('role-conflict', message, { place: ask.resource.place });
}

function toxic(combination: ToxicCombination, grant: HeldGrant): Reason {
  return fails(
    'toxic-combination',
    `“${combination.name}”: it must not be held together with \`${grant.resource}/${grant.role}\`, ${heldHow(grant)}`,
  );
}

function heldHow({ stuck, expires }: HeldGrant): string {
  return stuck === true ? 'which could not be taken back yet' : `held until ${expires}`;
}

/**
 * Every attack and race that Gatepass is held against: how it goes, what stands against it and where, at which level it is
 * proved, and what is left of it. `docs/security/threats.md` is made from this; each number has its tests in this folder.
 */
import { APPLY } from './catalog/apply.ts';
import { AUTHORITY } from './catalog/authority.ts';
import { FILES } from './catalog/files.ts';
import { GOVERNING } from './catalog/governing.ts';
import { LIFECYCLE } from './catalog/lifecycle.ts';
import { PEOPLE } from './catalog/people.ts';

export type Section =
  | 'Governing data and PR identity'
  | 'People and approvals'
  | 'Files and content'
  | 'Merge and lifecycle'
  | 'Apply, ledger, infrastructure'
  | 'Authority itself';

/** U: pure, on fixtures. F: end to end on the look-alike of GitHub, or the flow of a sweep. P: property. L: live only. */
export type Level = 'U' | 'F' | 'P' | 'L';

export interface Threat {
  readonly number: number;
  /** How the attack goes, one sentence without a full stop: the name of its tests. */
  readonly attack: string;
  /** What stands against it, and the file that does it. */
  readonly defence: string;
  readonly levels: readonly Level[];
  /** Which gate closes it; `none`: neither is asked, such as a matter of the ledger or of the setup. */
  readonly gates: '1' | '2' | 'both' | 'none';
  /** What is left, in plain words. */
  readonly residual: string;
  /** What no test can show, and who checks it on a live organisation; `null`: nothing. */
  readonly live: string | null;
}

export const SECTIONS: readonly { readonly title: Section; readonly threats: readonly Threat[] }[] = [
  { title: 'Governing data and PR identity', threats: GOVERNING },
  { title: 'People and approvals', threats: PEOPLE },
  { title: 'Files and content', threats: FILES },
  { title: 'Merge and lifecycle', threats: LIFECYCLE },
  { title: 'Apply, ledger, infrastructure', threats: APPLY },
  { title: 'Authority itself', threats: AUTHORITY },
];

export const THREATS: readonly Threat[] = SECTIONS.flatMap(({ threats }) => threats);

export function threatOf(number: number): Threat {
  const found = THREATS.find((each) => each.number === number);
  if (found === undefined) throw new Error(`no threat ${number} in the catalogue`);
  return found;
}

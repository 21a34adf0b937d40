/** `gatepass can`: what one may ask for, and what it takes. Offline, so what rests on GitHub's teams is said to. */
import type { Governance, Person } from '../../core/document/documents.ts';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import { plain } from '../../core/explain/escape.ts';
import { type Facts, type Possibility, type Way, whatCan } from '../../core/policy/can.ts';
import { checkCondition } from '../../core/policy/conditions.ts';
import { teamsToRead } from '../../core/policy/governing-teams.ts';
import { formatDuration, type Instant, parseInstant, toInstant } from '../../core/time.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { readGoverningFiles, repositoryRoot } from '../repository.ts';

export const command: Command = {
  name: 'can',
  summary: 'what one may ask for, and what it takes',
  usage: `gatepass can --as NAME [--team SLUG]… [--at INSTANT] [--json]

  --as NAME     a person of policies/people.yaml, by name or login
  --team SLUG   a team they are in; may be repeated, or a list with commas. Without it, teams are unknown
  --at INSTANT  default: now; the rota and the calendars are those of that instant
  --json        [{resource, entitlement, kind, sensitivity, ways}]

Exit code 1 when there is nothing they may ask for.`,
  run: can,
};

const OPTIONS = {
  as: { type: 'string' },
  team: { type: 'string', multiple: true },
  at: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const TEAMS_UNKNOWN =
  'teams are unknown offline, so guardrails count as if they applied; name the teams with --team\n\n';

async function can(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(`\`${positionals[0]}\` is one too many`, 'gatepass can --as NAME');
  if (values.as === undefined) throw new UsageError('missing --as', 'gatepass can --as NAME');
  const at = values.at === undefined ? toInstant(terminal.now().getTime()) : readInstant(values.at);
  const governance = await readGovernance(terminal);
  const person = findPerson(values.as, governance);
  const slugs = values.team?.flatMap((list) => list.split(',')) ?? null;
  const possibilities = whatCan(governance, person, {
    at,
    teams: slugs === null ? {} : teamsWith(person, slugs, governance),
    signals: {},
  });
  if (slugs === null) terminal.err(TEAMS_UNKNOWN);
  if (values.json === true) printJson(terminal, possibilities);
  else if (possibilities.length === 0) terminal.out(`${person.name} may ask for nothing\n`);
  else terminal.out(possibilities.map(describe).join('\n'));
  return possibilities.length === 0 ? FINDING : FINE;
}

function readInstant(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw new UsageError(`\`${text}\` is no instant`, 'such as 2026-11-23T10:00:00Z');
  return at;
}

async function readGovernance(terminal: Terminal): Promise<Governance> {
  const parsed = parseGovernance(await readGoverningFiles(await repositoryRoot(terminal.cwd)), checkCondition);
  if (parsed.ok) return parsed.value;
  throw new UsageError('the policies of this repository have errors', 'gatepass check says which');
}

function findPerson(name: string, { people }: Governance): Person {
  const all = Object.values(people.people);
  const found =
    all.find((each) => each.name === name) ?? all.find((each) => each.login.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw new UsageError(
      `policies/people.yaml has no \`${name}\``,
      `there are ${Object.keys(people.people).sort().join(', ')}`,
    );
  return found;
}

/** Every team that the policies name, as if the person were in these and in no others. */
function teamsWith(person: Person, slugs: readonly string[], governance: Governance): Facts['teams'] {
  const organization = /@([^/\s]+)\//.exec(governance.codeowners.text)?.[1] ?? '';
  const named = teamsToRead(governance, organization);
  const unknown = slugs.find((slug) => !named.includes(slug));
  if (unknown !== undefined)
    throw new UsageError(`no policy names the team \`${unknown}\``, `there are ${named.join(', ')}`);
  const member = { id: person.id, login: person.login, state: 'active' } as const;
  return Object.fromEntries(
    named.map((slug, index) => [
      slug,
      { id: index + 1, slug, parent: null, complete: true, members: slugs.includes(slug) ? [member] : [] },
    ]),
  );
}

function describe(possibility: Possibility): string {
  const ways = possibility.ways.map((way) => `  ${plain(sentence(way))}\n`).join('');
  const ends = possibility.ends.map((way) => `  ended ${way}\n`).join('');
  return `${possibility.resource}/${possibility.entitlement} (${possibility.sensitivity})\n${ways}${ends}`;
}

/** `up to 4h, automatic (the owners' on-call reads at once)`. */
function sentence(way: Way): string {
  const approvals = way.approvals.length === 0 ? 'automatic' : way.approvals.join(' and ');
  const needs = [
    ...way.fields.map((field) => `with \`${field}\``),
    ...way.during.map((calendar) => `during ${calendar}`),
  ];
  const unknown = way.because.filter((reason) => reason.holds === null).map((reason) => reason.message);
  const doubt =
    way.holds === null ? `; if ${unknown.length === 0 ? 'its conditions hold' : unknown.join(' and ')}` : '';
  return `up to ${formatDuration(way.max)}, ${[approvals, ...needs].join(', ')} (${way.rule})${doubt}`;
}

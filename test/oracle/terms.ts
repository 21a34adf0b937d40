/** Which rule decides, and everything that may stand against it whoever approves. Threats 73, 74, 79, 84, 91, 94. */
import { combined } from './approvals.ts';
import { holds } from './conditions.ts';
import { need, type On, type Requirement, type Rule } from './documents.ts';
import { all, isOne, type Tri, tri, type World } from './membership.ts';

export interface Written {
  readonly kind: string;
  readonly duration?: string;
  readonly within?: string;
  readonly subject?: string;
  readonly starts?: string;
  readonly startsBy?: string;
  readonly ticket?: string;
  readonly breakGlass?: boolean;
  readonly inputs?: Readonly<Record<string, string>>;
}

export interface Ask {
  readonly world: World;
  readonly document: Written;
  readonly path: string;
  readonly entitlement: string;
  readonly opener: number;
  /** Numeric id of a person, name of a service. */
  readonly subjectKey: number | string;
  readonly length: number;
  /** The window, and the instant conditions and rotas are told for: its start, or now when that is past. */
  readonly starts: number;
  readonly ends: number;
  readonly at: number;
}

export interface Terms {
  /** What stands against it, in words; empty: nothing does. */
  readonly denied: readonly string[];
  /** Not denied, and something could not be told. */
  readonly faulty: boolean;
  readonly rule: string | null;
  readonly approvals: readonly Requirement[];
}

export function termsOf(ask: Ask): Terms {
  const { world, length, document } = ask;
  const { organization, ruleSets } = world.documents;
  const rules = ruleSets.filter((one) => selects(world, one.on)).flatMap((one) => one.rules);
  const failed: Rule[] = [];
  let deciding: Rule | null = null;
  for (const rule of rules) {
    const fit = fits(rule, ask);
    if (fit === 'unknown') failed.push(rule);
    if (fit === 'yes') {
      deciding = rule;
      break;
    }
  }
  // What a failed rule asks is kept for the rule that decides instead; without one there is nothing to add it to.
  const kept = deciding === null ? [] : [...failed, deciding];
  const guardrails = organization.guardrails.filter((one) => {
    if (one.on !== undefined && !selects(world, one.on)) return false;
    if (one.for !== undefined && !one.for.includes(ask.entitlement)) return false;
    if (one.subjects !== undefined && receives(ask, one.subjects) === 'no') return false;
    return one.when === undefined || holds(one.when, ask) !== 'no';
  });
  const asked = guardrails.map((one) => one.require);
  const maxima = [...kept.map((one) => one.max), ...asked.flatMap((one) => one.max ?? [])].map(need);
  const glass = document.breakGlass === true ? breakGlass(ask) : 'yes';
  const isRole = document.kind === 'AccessRequest';
  const against: readonly (readonly [why: string, stands: boolean])[] = [
    ['no rule fits', deciding === null && failed.length === 0],
    ['longer than a maximum', maxima.some((max) => length > max)],
    [
      'a field is missing',
      asked.some((one) => (one.fields ?? []).some((field) => document[field as keyof Written] === undefined)),
    ],
    [
      'outside a calendar',
      asked.some((one) => one.during !== undefined && !isInside(world, one.during, ask.at, ask.ends)),
    ],
    [
      'held too long in a row',
      asked.some((one) => one.maxContinuous !== undefined && continuous(ask) > need(one.maxContinuous)),
    ],
    ['the window is over', ask.ends <= ask.at],
    ['it could not begin in time', document.startsBy !== undefined && ask.at > Date.parse(document.startsBy)],
    [
      'frozen',
      (organization.freezes ?? []).some(
        (one) =>
          (one.on === undefined || selects(world, one.on)) &&
          ask.at < Date.parse(one.until) &&
          Date.parse(one.from) < ask.ends,
      ),
    ],
    ['locked', isLocked(ask)],
    ['toxic', isRole && isToxic(ask)],
    ['conflicting roles', isRole && conflicts(ask)],
    ['too many grants', isRole && isFull(ask)],
    ['no break-glass', glass === 'no'],
  ];
  const denied = against.filter(([, stands]) => stands).map(([why]) => why);
  const everyDigest = asked.some((one) => one.digest === true) ? { digest: 'required' as const } : {};
  const sources = [...kept.map((one) => one.approvals), ...asked.map((one) => one.approvals)];
  return {
    denied,
    faulty: denied.length === 0 && (deciding === null || glass === 'unknown'),
    rule: deciding?.name ?? null,
    approvals:
      document.breakGlass === true ? [] : combined(sources).map((one) => ({ ...widened(one, ask), ...everyDigest })),
  };
}

function fits(rule: Rule, ask: Ask): Tri {
  const { world, opener, subjectKey } = ask;
  return all([
    tri(rule.for.includes(ask.entitlement)),
    receives(ask, rule.subjects),
    opener === subjectKey ? 'yes' : isOne(world, rule.openers ?? [], opener, ask.at, ask.path),
    rule.during === undefined ? 'yes' : tri(isInside(world, rule.during, ask.at, ask.ends)),
    rule.when === undefined ? 'yes' : holds(rule.when, ask),
  ]);
}

function receives({ world, subjectKey, at, path }: Ask, subjects: readonly string[]): Tri {
  if (typeof subjectKey === 'string') return tri(subjects.includes(`service:${subjectKey}`));
  return isOne(world, subjects, subjectKey, at, path);
}

function selects({ resource }: World, on: On): boolean {
  return Object.entries(on).every(([key, values]) => {
    const found = {
      resource: resource?.name,
      sensitivity: resource?.sensitivity,
      owner: resource?.owner,
      ...resource?.labels,
    }[key];
    return found !== undefined && values.includes(found);
  });
}

/** Minute by minute: open on that day, at that time, where the calendar is. */
function isInside({ documents }: World, name: string, starts: number, ends: number): boolean {
  const calendar = documents.organization.calendars[name];
  if (calendar === undefined) return false;
  for (let at = starts; at < ends; at += 60_000) {
    const { day, time } = local(at, calendar.zone);
    if (!calendar.days.includes(day) || time < calendar.from || time >= calendar.to) return false;
  }
  return true;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const LOCAL = new Map<string, { day: string; time: string }>();

function local(at: number, zone: string): { day: string; time: string } {
  const key = `${zone} ${at}`;
  const known = LOCAL.get(key);
  if (known !== undefined) return known;
  const format =
    FORMATS.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  FORMATS.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
  const found = { day: (parts['weekday'] ?? '').toLowerCase(), time: `${parts['hour']}:${parts['minute']}` };
  LOCAL.set(key, found);
  return found;
}

function othersOf({ world, subjectKey }: Ask) {
  const own = `${world.evidence.pullRequest.number}-`;
  return world.evidence.grants.filter((grant) => grant.subject === subjectKey && !grant.id.startsWith(own));
}

/** Held at some instant of the window that has not passed: nobody holds anything in the past. */
function overlapping(ask: Ask) {
  return othersOf(ask).filter((one) => Date.parse(one.starts) < ask.ends && ask.at < Date.parse(one.expires));
}

/** Over joined or overlapping windows, or with less than a quarter of an hour between them, of the same role of the same resource; an action joins nothing. */
function continuous(ask: Ask): number {
  if (ask.document.kind !== 'AccessRequest') return ask.length;
  let from = ask.starts;
  let until = ask.ends;
  const same = othersOf(ask).filter((one) => one.resource === ask.world.resource?.name && one.role === ask.entitlement);
  for (let round = 0; round <= same.length; round += 1) {
    for (const one of same) {
      if (Date.parse(one.starts) - until >= 900_000 || from - Date.parse(one.expires) >= 900_000) continue;
      from = Math.min(from, Date.parse(one.starts));
      until = Math.max(until, Date.parse(one.expires));
    }
  }
  return until - from;
}

/** A lock refuses what would begin while it holds. */
function isLocked(ask: Ask): boolean {
  const { world } = ask;
  return world.documents.locks.some(
    (one) =>
      (one.until === undefined || Date.parse(one.until) > ask.at) &&
      (one.on === undefined || selects(world, one.on)) &&
      (one.for === undefined || one.for.includes(ask.entitlement)) &&
      (one.subjects === undefined || receives(ask, one.subjects) !== 'no'),
  );
}

function isToxic(ask: Ask): boolean {
  const match = (entry: string, resource: string, role: string) => {
    const [wantedResource, wantedRole] = entry.split('/');
    return (wantedResource === '*' || wantedResource === resource) && (wantedRole === '*' || wantedRole === role);
  };
  const resource = ask.world.resource?.name ?? '';
  const held = overlapping(ask).filter((one) => one.resource !== resource || one.role !== ask.entitlement);
  return (ask.world.documents.organization.toxic ?? []).some(({ of }) =>
    of.some(
      (mine, first) =>
        match(mine, resource, ask.entitlement) &&
        of.some((other, second) => first !== second && held.some((one) => match(other, one.resource, one.role))),
    ),
  );
}

function conflicts(ask: Ask): boolean {
  const { resource } = ask.world;
  const roles = resource?.roles ?? {};
  return overlapping(ask).some((one) => {
    if (one.resource !== resource?.name || one.role === ask.entitlement) return false;
    const named = (of: string, other: string) => roles[of]?.conflictsWith?.includes(other) ?? false;
    return named(ask.entitlement, one.role) || named(one.role, ask.entitlement);
  });
}

function isFull(ask: Ask): boolean {
  const { liveGrants } = ask.world.documents.organization;
  return liveGrants !== undefined && overlapping(ask).length >= liveGrants;
}

/** Threat 94: offered, on call, short, and the last one over and reviewed. */
function breakGlass(ask: Ask): Tri {
  const offered = ask.world.documents.organization.breakGlass;
  if (offered === undefined || ask.length > need(offered.max)) return 'no';
  const owed = othersOf(ask).some((one) => one.breakGlass && (!one.reviewed || Date.parse(one.expires) > ask.at));
  return all([tri(!owed), receives(ask, offered.subjects)]);
}

/** Widened as of the merge, counted from when those asked first could see what is asked now. */
function widened(one: Requirement, { world }: Ask): Requirement {
  const { openedAt, mergedAt, retargetedAt, readyAt, headPushedAt } = world.evidence.pullRequest;
  if (one.widen === undefined) return one;
  // Who pushed is not known, and so not since when those asked first could see it.
  if (world.evidence.pushers === null && headPushedAt === undefined) return one;
  const since = [openedAt, ...retargetedAt, readyAt ?? openedAt, headPushedAt ?? openedAt].sort().at(-1) ?? openedAt;
  const waited = Date.parse(mergedAt ?? world.evidence.now) - Date.parse(since);
  return waited >= need(one.widen.after) ? { ...one, from: [...one.from, ...one.widen.to] } : one;
}

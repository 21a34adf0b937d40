/** What the model makes of each line that a sweep adds to the ledger. */
import { HOUR, MINUTE } from '../../core/time.ts';
import type { Files } from '../support/memory-git.ts';
import type { Asked } from './asked.ts';
import type { Line } from './mirror.ts';
import type { Model } from './model.ts';
import { rankOf } from './organisation.ts';
import { targetOf } from './places.ts';
import type { Process } from './process.ts';
import type { Value } from './targets.ts';
import { Violation } from './violation.ts';

/** The ledger's branch has moved. */
export function readLines(model: Model, process: Process, files: Files): void {
  const lines = model.mirror.take(files);
  if (lines === null) throw new Violation('I3', `${process.run} wrote over lines of the ledger`);
  for (const line of lines) readLine(model, process, line);
  const accepted = lines.findLast(({ type }) => type === 'governing-accepted');
  if (accepted !== undefined) accepts(model, accepted);
}

function readLine(model: Model, process: Process, line: Line): void {
  const slot = line['slot'] as string | { key: string } | undefined;
  if (slot !== undefined && !model.places.has(typeof slot === 'string' ? slot : slot.key)) return;
  switch (line.type) {
    case 'authorised':
    case 'deferred':
    case 'refused':
    case 'quarantined':
    case 'lapsed':
      answered(model, process, line);
      return;
    case 'governing-accepted':
      return;
    case 'standing':
      model.forget(process, (line['slot'] as { key: string }).key);
      return;
    case 'intent':
      intended(model, process, line);
      return;
    case 'outcome':
      came(model, line);
      return;
    case 'alert':
      model.alerts.add(String(line['key']));
      model.alerted.add(String(line['key']));
      return;
    case 'alert-closed':
      model.alerts.delete(String(line['key']));
      return;
  }
}

/** The rules that are in force now may leave what is held less time. What has not begun is decided again when it does. */
function accepts(model: Model, line: Line): void {
  const allowed = model.allowedAt.get(String(line['commit']));
  if (allowed === undefined || allowed.onTighten === 'keep') return;
  for (const asked of model.asked) {
    const end = Math.max(asked.starts + allowed.most * MINUTE, Date.parse(line.at));
    if (asked.begun && end < asked.ends) asked.shrunk = end;
  }
}

const UNREAD = ['github-limited', 'server-error', 'budget-spent'];

function answered(model: Model, process: Process, line: Line): void {
  const { path, pullRequest } = line['request'] as { path: string; pullRequest: number };
  const grant = line['grant'] as { id: string } | undefined;
  // What GitHub did not answer then it answers now: the evidence is another one.
  const isPartial = UNREAD.some((fault) => process.injected.has(fault));
  if (grant !== undefined) model.peopleAt.set(grant.id, isPartial ? 'not all was read' : model.people);
  if (model.ignored.has(path)) return;
  const isOf = ({ number }: Asked) => number === pullRequest || (pullRequest === 0 && line.type !== 'authorised');
  const asked = model.asked.find((each) => each.path === path && isOf(each));
  if (asked !== undefined) asked.isRead = true;
  // Neither is an answer: the second closes what was deferred before its pull request was known.
  if (line.type === 'deferred' || line['code'] === 'derived') return;
  if (line.type === 'authorised') {
    if (asked === undefined || asked.verdict === 'invalid') throw new Violation('I1', `${path} was authorised`);
    if (model.gone.has(asked.who)) throw new Violation('I1', `${path} was authorised for somebody who is gone`);
    if (asked.needs !== null && !model.owners.has(asked.needs))
      throw new Violation('I1', `${path} was authorised by the approval of somebody who is no owner any more`);
    const isStuck = ([slot]: readonly [string, string]) =>
      model.place(slot).stuckSince !== null && model.alerts.has(`revoke-stuck:${slot}`);
    if (!asked.breakGlass && model.neighboursOf(asked).some(isStuck))
      throw new Violation('I1', `${path} was authorised while something of the resource cannot be taken back`);
    asked.grant = grant?.id ?? null;
    return;
  }
  if (asked === undefined) return;
  asked.answer = String(line['code']);
  const isLate =
    line.type === 'lapsed' || line['code'] === 'revoke-stuck' || (line['code'] === 'removed' && asked.isRemoved);
  if (asked.verdict === 'valid' && asked.grant === null && !isLate && process.injected.size === 0)
    throw new Violation('kept', `${path} was approved, and is ${line.type}: ${line['why']}`);
}

function intended(model: Model, process: Process, line: Line): void {
  const { key } = line['slot'] as { key: string };
  const after = line['after'] as Value;
  const lease = Date.parse(String(line['lease']));
  model.leases.set(`${line['run']} ${key} ${after}`, lease);
  if (line['effect'] !== 'ensure') {
    model.place(key).removal = String(line['id']);
    return;
  }
  model.forget(process, key);
  const asked = model.asked.find(({ grant }) => grant === line['grant']);
  if (asked !== undefined && !asked.begun) {
    if (asked.startsBy !== null && Date.parse(line.at) > asked.startsBy)
      throw new Violation('I1', `${process.run} begins ${asked.path} after its \`startsBy\``);
    asked.begun = true;
  }
  model.place(key).sent.push({ intent: String(line['id']), after, lease, isSettled: false });
}

function hold(model: Model, grant: string, slot: string): void {
  model.held.set(`${grant} ${slot}`, model.mirror.lines.length);
  const [place = '', generation] = (slot.split('/')[0] ?? '').split('~');
  model.asked.find((asked) => asked.grant === grant)?.heldIn.set(place, Number(generation ?? 0));
}

function came(model: Model, line: Line): void {
  const slot = String(line['slot']);
  const place = model.place(slot);
  const key = `${line['grant']} ${slot}`;
  if (line['effect'] === 'ensure') {
    for (const sent of place.sent) {
      if (sent.intent === line['intent'] && (line['result'] === 'done' || line['result'] === 'refused'))
        sent.isSettled = line['issued'] !== null;
    }
    if (line['result'] === 'done') hold(model, String(line['grant']), slot);
    if (line['result'] === 'refused') model.refused.add(key);
    return;
  }
  if (line['result'] === 'failed') {
    if (line['intent'] === place.removal) place.stuckSince ??= Date.parse(line.at);
    // The target refused us before the sweep knew that this was to be taken back.
    if (model.targets.ill.has(targetOf(slot))) model.trouble(slot, 0);
  }
  if (line['result'] !== 'done') return;
  place.stuckSince = null;
  place.firstTrouble = null;
  const left = rankOf(slot, line['observed'] as Value);
  const now = model.now();
  place.sent = place.sent.filter(
    ({ after, isSettled, lease }) => rankOf(slot, after) <= left || (!isSettled && now <= lease + HOUR),
  );
}

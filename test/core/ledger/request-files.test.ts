import { describe, expect, it } from 'vitest';
import type { Body } from '../../../core/ledger/entry.ts';
import { closedFiles, markRequestFiles } from '../../../core/ledger/request-files.ts';
import type { LedgerState } from '../../../core/ledger/state.ts';
import type { Change } from '../../../core/policy/evidence.ts';
import { MINUTE, plus } from '../../../core/time.ts';
import { aChange } from '../../support/evidence.ts';
import {
  anAction,
  anEnsure,
  aRemoval,
  authorised,
  authority,
  Book,
  grantId,
  minute,
  outcomeOf,
  request,
  START,
  sha,
} from '../../support/ledger.ts';

const held: readonly Body[] = [authorised(42), anEnsure(42), outcomeOf(anEnsure(42))];
const over: readonly Body[] = [...held, aRemoval(42), outcomeOf(aRemoval(42))];
const brokeGlass = (bodies: readonly Body[]): readonly Body[] =>
  bodies.map((body) => (body.type === 'authorised' ? { ...body, grant: { ...body.grant, breakGlass: true } } : body));
const said = (type: 'refused' | 'quarantined' | 'lapsed', number = 42): Body => ({
  type,
  request: request(number),
  commit: sha(2),
  code: 'c',
  why: 'w',
  next: 'n',
});
const deferred: Body = { type: 'deferred', request: request(42), commit: sha(2), why: 'w', until: minute(60) };
const reviewed: Body = {
  type: 'reviewed',
  grant: grantId(42),
  review: { review: 9, user: { id: 1, login: 'x' }, fills: 'x', submittedAt: START, onBehalfOf: null },
};
const action: Body = {
  type: 'authorised',
  request: request(42),
  grant: anAction(42),
  authority: authority({ mergedAt: minute(3) }),
};
const ran = (state: 'done' | 'failed' | 'unknown' | 'running'): readonly Body[] => [
  action,
  {
    type: 'action-intent',
    id: 'a1',
    grant: grantId(42),
    run: anAction(42).run as NonNullable<ReturnType<typeof anAction>['run']>,
    correlation: 'gatepass-1-1',
    sweep: '1/1',
    lease: minute(10),
  },
  { type: 'action-outcome', grant: grantId(42), intent: 'a1', state, runId: 1, url: null, detail: null },
];

const { path, blob } = request(42);
const removal = (change: Partial<Change> = {}) => aChange(path, null, { status: 'removed', blob, ...change });
const mark = (state: LedgerState | null, change: Change, pullRequest = 99) =>
  markRequestFiles([change], state, pullRequest)[0]?.ledger;

const rows: readonly (readonly [string, string | undefined, readonly Body[]])[] = [
  ['held', 'live', held],
  ['approved and not begun', 'live', [authorised(42)]],
  ['over', 'closed', over],
  ['being taken back', 'live', [...held, aRemoval(42)]],
  ['refused', 'closed', [said('refused')]],
  ['quarantined', 'quarantined', [said('quarantined')]],
  ['lapsed before it began', 'closed', [authorised(42), said('lapsed')]],
  ['not decided yet', 'live', [deferred]],
  ['over, break-glass that nobody reviewed', 'live', brokeGlass(over)],
  ['over, break-glass that was reviewed', 'closed', [...brokeGlass(over), reviewed]],
  ['an action that runs', 'live', ran('running')],
  ['an action that ran', 'closed', ran('done')],
  ['an action that failed', 'closed', ran('failed')],
  ['an action of which nobody knows', 'live', ran('unknown')],
  ['unknown to the ledger', 'unknown', []],
];

describe('the removed file of a request', () => {
  it.each(rows)('that is %s is %s', (_, expected, bodies) => {
    expect(mark(Book.of(...bodies).state, removal())).toBe(expected);
  });

  it('is unknown while the ledger cannot be read', () => {
    expect(mark(null, removal())).toBe('unknown');
  });

  it('is unknown with other bytes than those that were asked', () => {
    expect(mark(Book.of(...over).state, removal({ blob: sha(77) }))).toBe('unknown');
  });

  it('is live while any request of its path is, whatever bytes lie there', () => {
    const later: Body = { ...said('refused'), request: { path, blob: sha(77), pullRequest: 50 } } as Body;
    expect(mark(Book.of(...held, later).state, removal({ blob: sha(77) }))).toBe('live');
    expect(mark(Book.of(...over, later).state, removal({ blob: sha(77) }))).toBe('closed');
  });

  it('is quarantined when any request of its path was: whoever pushed it does not tidy it away alone', () => {
    const later: Body = { ...said('quarantined'), request: { path, blob: sha(77), pullRequest: 50 } } as Body;
    const { state } = Book.of(...over, later);
    expect(mark(state, removal({ blob: sha(77) }))).toBe('quarantined');
    expect(mark(state, removal())).toBe('quarantined');
  });

  it('is live while its grant is missing from the ledger', () => {
    const state = Book.of(...over).state;
    expect(mark({ ...state, grants: new Map() }, removal())).toBe('live');
  });
});

describe('the added file of a request', () => {
  const added = aChange(path, 'x', { blob: sha(78) });

  it('is at a used path when another pull request asked by it', () => {
    expect(mark(Book.of(...over).state, added)).toBe('used');
    expect(mark(Book.of(said('quarantined')).state, added)).toBe('used');
  });

  it.each([
    ['by its own pull request', Book.of(...held).state, 42],
    ['by nobody', Book.of().state, 99],
    ['as far as an unreadable ledger tells', null, 99],
  ])('is not marked when its path was used %s', (_, state, pullRequest) => {
    expect(markRequestFiles([added], state, pullRequest)).toEqual([added]);
  });
});

describe('the files that may be tidied away', () => {
  const files = (...bodies: readonly Body[]) => closedFiles(Book.of(...bodies).state);

  it.each(rows)('hold that of a request that is %s only if it is closed (%s)', (_, is, bodies) => {
    expect(files(...bodies)).toHaveLength(is === 'closed' ? 1 : 0);
  });

  it('say since when: the last removal, the end of an action’s approval, the refusal', () => {
    expect(files(...over)).toEqual([{ path, blob, pullRequest: 42, since: minute(1) }]);
    const late = outcomeOf(aRemoval(42), { confirmed: plus(minute(120), 5 * MINUTE) });
    expect(files(...held, aRemoval(42), late).map(({ since }) => since)).toEqual([minute(125)]);
    const refused = outcomeOf(anEnsure(42), { result: 'refused' });
    expect(files(authorised(42), anEnsure(42), refused).map(({ since }) => since)).toEqual([minute(120)]);
    expect(files(...ran('done')).map(({ since }) => since)).toEqual([minute(3)]);
    expect(files(said('refused')).map(({ since }) => since)).toEqual([START]);
  });

  it('come the longest over first, then by path', () => {
    const book = Book.of(said('refused', 8), said('refused', 7)).add(minute(5), said('refused', 6));
    expect(closedFiles(book.state).map(({ pullRequest }) => pullRequest)).toEqual([7, 8, 6]);
  });

  it('leave out a path where somebody put other bytes', () => {
    const later: Body = { ...said('quarantined'), request: { path, blob: sha(77), pullRequest: 50 } } as Body;
    expect(files(...over, later)).toEqual([]);
  });

  it('are told of a ledger with tens of thousands of requests at one look at each', () => {
    let reads = 0;
    const requests = new Map(
      Array.from({ length: 20_000 }, (_, index) => {
        const ref = { blob, pullRequest: index + 1 };
        const at = () => {
          reads += 1;
          return `requests/${index}.yaml`;
        };
        const asked = {
          ...ref,
          get path() {
            return at();
          },
        };
        return [
          `${index}`,
          { request: asked, status: { is: 'refused', commit: sha(2), code: 'c', why: 'w', at: START } },
        ] as const;
      }),
    );
    const state = { ...Book.of().state, requests } as unknown as LedgerState;
    expect(closedFiles(state)).toHaveLength(20_000);
    const removed = Array.from({ length: 3_000 }, (_, index) => removal({ path: `requests/${index}.yaml` }));
    expect(new Set(markRequestFiles(removed, state, 1).map(({ ledger }) => ledger))).toEqual(new Set(['closed']));
    expect(reads).toBeLessThan(100_000);
  });
});

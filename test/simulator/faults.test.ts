/** Each fault that the catalogue says is simulated, by hand: it takes effect under its name, and every promise holds. */
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../faults/catalog.ts';
import { aRun, asks, atOnce, sweeps, wait } from './happenings.ts';
import { live } from './simulate.ts';
import type { History, Step, Way } from './steps.ts';

const by = (way: Way, who = 0, role = 1): Step => ({ ...asks(who, role, 60), way }) as Step;
const all = (way: Way, whos: readonly number[]): readonly Step[] => whos.flatMap((who) => [by(way, who), sweeps()]);
const isDown = (how: 'fails' | 'untrusted'): Step => ({ is: 'target', target: 0, how });
/** Somebody holds something. */
const HELD = [asks(0, 1, 60), sweeps()];

const ROWS: Readonly<Record<string, readonly Step[] | Partial<History>>> = {
  'no-sweep': [asks(0, 1, 10), sweeps(), wait(65), sweeps()],
  'ticks-dropped': [...HELD, wait(65), sweeps()],
  unfollowed: [asks(0, 1, 60), wait(6), sweeps()],
  'actions-down': [...HELD, wait(65), atOnce([{ ...aRun(), isRevokesOnly: true }], 0)],
  crash: [asks(0, 1, 60), sweeps({ crash: { at: 40, when: 'after' } })],
  after: [asks(0, 1, 60), sweeps({ target: { at: 0, length: 1, is: 'after' } })],
  before: [asks(0, 2, 60), sweeps({ target: { at: 1, length: 1, is: 'before' } })],
  unwritten: [
    ...HELD,
    wait(65),
    ...Array.from({ length: 12 }, (_, at) => sweeps({ github: { at: 30 + at, is: 502 } })),
  ],
  'lost-race': [asks(0, 1, 60), atOnce([aRun(), aRun()], 1)],
  'two-sweeps': [asks(0, 1, 60), atOnce([aRun(), aRun({}, 1)], 1)],
  cancelled: [asks(0, 1, 60), { is: 'cancelled' }, sweeps()],
  limited: [asks(0, 1, 60), sweeps({ target: { at: 0, length: 1, is: 'limited' } })],
  'target-down': [asks(0, 1, 20), sweeps(), isDown('fails'), wait(31), sweeps()],
  skew: [asks(0, 1, 60), sweeps({ skew: 10 })],
  untrusted: [asks(0, 1, 20), sweeps(), isDown('untrusted'), wait(31), sweeps(), wait(6), sweeps()],
  left: [...HELD, { is: 'account', who: 0, how: 'left' }, sweeps()],
  recycled: [...HELD, by('impostor', 0, 0), { is: 'return', nth: 1, how: 'impostor' }, sweeps()],
  'resource-gone': [...HELD, { is: 'place', nth: 0, how: 'deleted' }, sweeps()],
  recreated: [...HELD, { is: 'place', nth: 0, how: 'deleted' }, { is: 'place', nth: 0, how: 'recreated' }, sweeps()],
  'budget-spent': [asks(0, 1, 60), sweeps({ github: { at: 20, is: 'spent' } }), sweeps()],
  'team-gone': [asks(0, 1, 60), { is: 'owners', how: 'emptied' }, sweeps()],
  'approver-left': [...HELD, asks(1, 1, 60), { is: 'owners', how: 'first-leaves' }, sweeps()],
  mixed: [by('mixed'), { is: 'restore' }, sweeps()],
  'other-bytes': [asks(1, 1, 60), by('reverting'), by('other-bytes'), sweeps()],
  'pushed-after': [by('stale'), sweeps()],
  codeowners: [{ is: 'break', file: 'codeowners', isApproved: true }, asks(0, 1, 60), sweeps()],
  bypass: [by('unapproved'), by('self-approved'), by('push'), sweeps()],
  fork: [by('fork'), sweeps()],
  edited: [...HELD, { is: 'reuse', nth: 0 }, sweeps()],
  deleted: [...HELD, { is: 'return', nth: 0, how: 'push' }, sweeps()],
  tightened: [asks(0, 1, 120), sweeps(), { is: 'tighten', to: 'shrink' }, wait(65), sweeps()],
  unparsable: [{ is: 'break', file: 'rules', isApproved: false }, asks(0, 1, 60), sweeps()],
  'late-approval': [by('waiting'), wait(65), { is: 'agree', nth: 0 }, sweeps()],
  daylight: { change: 'spring', steps: [asks(0, 1, 120, { startsIn: 5 }), wait(6), sweeps(), wait(65), sweeps()] },
  zoneless: all('zoneless', [0, 1, 2]),
  absurd: all('absurd', [0, 1, 2, 3, 0, 1]),
  hostile: all('hostile', [0, 1, 2, 3, 0, 1]),
  rewritten: [...HELD, asks(1, 1, 60), sweeps(), { is: 'damage', how: 'rewound' }, asks(2, 1, 60), sweeps()],
  damaged: [...HELD, { is: 'damage', how: 'line' }, sweeps()],
  poison: { isPoisoned: true, steps: HELD },
  'revoke-stuck': [
    asks(0, 1, 20),
    sweeps(),
    isDown('fails'),
    wait(31),
    sweeps(),
    wait(6),
    sweeps(),
    asks(0, 0, 60),
    sweeps(),
  ],
  burst: [{ is: 'burst', minutes: 20 }, sweeps(), sweeps({}, 1), wait(31), sweeps(), sweeps({}, 1)],
  overlap: [asks(0, 1, 60), asks(0, 1, 120), sweeps()],
  standing: { standing: [{ slot: 0, level: 0 }], steps: [asks(0, 0, 60), sweeps()] },
  drift: [...HELD, { is: 'hand', slot: 1, level: -1 }, sweeps()],
};

describe('a fault that is simulated', () => {
  it.each(Object.entries(ROWS))('%s', async (name, row) => {
    const more = 'steps' in row ? row : { steps: row as readonly Step[] };
    const { faults } = await live({ standing: [], steps: [], ending: 'soon', ...more });
    expect(faults.get(name) ?? 0).toBeGreaterThan(0);
  });

  it('has a row for every name of the catalogue', () => {
    const names = FAULTS.flatMap(({ simulated }) => simulated ?? []);
    expect(names.filter((name) => !(name in ROWS))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  type Heartbeat,
  heartbeatFault,
  heartbeatToSign,
  isHeartbeatDue,
  parseHeartbeat,
  writeHeartbeat,
} from '../../../core/ledger/heartbeat.ts';
import { authorised, Book, KEY, minute, START } from '../../support/ledger.ts';

const book = Book.of(authorised(42));
const chain = { entries: book.entries, tip: book.tip };
const tipHash = book.tip?.hash ?? '';

function aBeat(change: Partial<Heartbeat> = {}): Heartbeat {
  const unsigned = { v: 1, zone: 'default', at: START, run: '7/1', seq: 1, hash: tipHash, nextDue: null } as const;
  const beat = { ...unsigned, key: KEY.id, ...change };
  return { ...beat, signature: change.signature ?? `signed ${heartbeatToSign({ ...beat })}` };
}

const verify = (publicKey: string, text: string, signature: string) =>
  publicKey === KEY.publicKey && signature === `signed ${text}`;

describe('a heartbeat', () => {
  it.each([null, minute(90)])('is read back as it was written, with %s as the next instant', (nextDue) => {
    const beat = aBeat({ nextDue });
    expect(parseHeartbeat(writeHeartbeat(beat))).toEqual(beat);
  });

  it('may bring fields that this reader does not know', () => {
    const text = writeHeartbeat(aBeat()).replace('{', '{"later":1,');
    expect(parseHeartbeat(text)).toEqual(aBeat());
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['another version', writeHeartbeat(aBeat()).replace('"v":1', '"v":2')],
    ['an instant that is none', writeHeartbeat(aBeat()).replace(/"at":"[^"]+"/, '"at":"now"')],
    ['an instant that is a number', writeHeartbeat(aBeat()).replace(/"at":"[^"]+"/, '"at":1')],
    ['a next instant that is none', writeHeartbeat(aBeat()).replace('"nextDue":null', '"nextDue":"soon"')],
    ['no next instant', writeHeartbeat(aBeat()).replace('"nextDue":null,', '')],
    ['half an entry', writeHeartbeat(aBeat()).replace('"seq":1', '"seq":1.5')],
    ['a number that is text', writeHeartbeat(aBeat()).replace('"seq":1', '"seq":"1"')],
    ['no zone', writeHeartbeat(aBeat()).replace('"zone":"default"', '"zone":1')],
    ['no run', writeHeartbeat(aBeat()).replace('"run":"7/1"', '"run":7')],
    ['no hash', writeHeartbeat(aBeat()).replace(/"hash":"[^"]+"/, '"hash":1')],
    ['no key', writeHeartbeat(aBeat()).replace(`"key":"${KEY.id}"`, '"key":1')],
    ['no signature', writeHeartbeat(aBeat({ signature: 's' })).replace('"signature":"s"', '"signature":1')],
  ])('is none with %s', (_, text) => {
    expect(parseHeartbeat(text)).toBeNull();
  });

  it('counts when the key in force signed it for this chain', () => {
    expect(heartbeatFault(aBeat(), chain, KEY, verify)).toBeNull();
    const genesis = book.entries[1]?.prev ?? '';
    expect(heartbeatFault(aBeat({ seq: 0, hash: genesis }), chain, KEY, verify)).toBeNull();
  });

  it.each<[string, Heartbeat, RegExp]>([
    ['another key says that it signed it', aBeat({ key: 'key-0' }), /signed by `key-0`, but `key-1` is in force/],
    ['it was changed after it was signed', { ...aBeat(), at: minute(60) }, /does not verify/],
    ['the ledger does not go so far', aBeat({ seq: 9 }), /another ledger entry 9/],
    ['it is of another ledger', aBeat({ hash: 'b'.repeat(64) }), /another ledger entry 1/],
  ])('does not count when %s', (_, beat, why) => {
    expect(heartbeatFault(beat, chain, KEY, verify)).toMatch(why);
  });

  it('is signed over another text than a head of the ledger', () => {
    expect(heartbeatToSign(aBeat())).toContain('"type":"heartbeat"');
  });
});

describe('isHeartbeatDue', () => {
  it.each<[string, boolean, Parameters<typeof isHeartbeatDue>]>([
    ['none was ever written', true, [null, START, []]],
    ['the last is half an hour old', true, [START, minute(30), []]],
    ['the last is a second younger', false, [minute(0), minute(29.99), []]],
    ['something came due since', true, [START, minute(5), [minute(5)]]],
    ['it is due later', false, [START, minute(5), [minute(6)]]],
    ['the last was written when it was due', false, [START, minute(5), [START]]],
  ])('%s: %s', (_, expected, [last, now, dues]) => {
    expect(isHeartbeatDue(last, now, dues)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { ledgerKeyId, ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';

/** RFC 8410, section 10.3: the example key. */
const PEM =
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n';
/** Its public key, as section 10.1 gives it. */
const PUBLIC = Buffer.from('19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1', 'hex').toString(
  'base64url',
);

describe('a ledger key', () => {
  it('is known by its raw public key and the start of its hash', () => {
    const signer = ledgerSigner(PEM);
    expect(signer.publicKey).toBe(PUBLIC);
    expect(signer.id).toBe(ledgerKeyId(PUBLIC));
    expect(signer.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('signs what it verifies, and nothing else', () => {
    const signer = ledgerSigner(PEM);
    const signature = signer.sign('the head');
    expect(verifyLedgerSignature(PUBLIC, 'the head', signature)).toBe(true);
    expect(verifyLedgerSignature(PUBLIC, 'the hea', signature)).toBe(false);
    expect(verifyLedgerSignature(PUBLIC, 'the head', `A${signature.slice(1)}`)).toBe(false);
  });

  it.each([
    ['a malformed key', 'not a key', 'AAAA'],
    ['a malformed signature', PUBLIC, ''],
  ])('verifies nothing by %s', (_, key, signature) => {
    expect(verifyLedgerSignature(key, 'the head', signature)).toBe(false);
  });
});

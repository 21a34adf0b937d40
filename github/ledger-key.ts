/**
 * The ledger's signing key: Ed25519 (RFC 8032) by `node:crypto`. Signs and checks bytes; what they mean, and which key
 * may sign when, is for the reader of the ledger.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

export interface LedgerSigner {
  /** The first 16 hex characters of the SHA-256 of the raw public key. */
  readonly id: string;
  /** The raw 32 bytes, base64url. */
  readonly publicKey: string;
  /** Signature over the text's UTF-8 bytes, base64url. */
  sign(text: string): string;
}

/** From a PKCS#8 PEM (`openssl genpkey -algorithm ed25519`). Throws `TypeError`, never showing the key, for anything else. */
export function ledgerSigner(pem: string): LedgerSigner {
  const key = readPrivateKey(pem);
  const publicKey = rawPublicKey(createPublicKey(key));
  return {
    id: ledgerKeyId(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64url'),
  };
}

/** `publicKey` as in a genesis entry. A key or signature that is malformed verifies nothing. */
export function verifyLedgerSignature(publicKey: string, text: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(text, 'utf8'), keyOf(publicKey), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

let last: { readonly publicKey: string; readonly key: KeyObject } | null = null;

/** A ledger has one key for years. */
function keyOf(publicKey: string): KeyObject {
  if (last?.publicKey === publicKey) return last.key;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  last = { publicKey, key };
  return key;
}

export function ledgerKeyId(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);
}

function readPrivateKey(pem: string): KeyObject {
  const key = parsePrivateKey(pem);
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new TypeError(`the ledger key is ${key.asymmetricKeyType ?? 'unknown'}, expected ed25519`);
}

function parsePrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The cause is left out: some parsers quote their input, and this input is a secret.
    throw new TypeError('the ledger key is not a PKCS#8 PEM: make one with `openssl genpkey -algorithm ed25519`');
  }
}

function rawPublicKey(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('the ledger key has no public part');
  return x;
}

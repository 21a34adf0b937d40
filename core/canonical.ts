/** Canonical bytes and their digest: the same value always has the same hash, whoever computes it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { JsonObject, JsonValue } from './json.ts';

/** JSON Canonicalization Scheme (RFC 8785): no spaces, keys in UTF-16 code unit order, ECMAScript numbers. */
export function canonicalJson(value: unknown): string {
  return write(value as JsonValue);
}

function write(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`no JSON form for the number ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('no canonical form for a string with a lone surrogate');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`no JSON form for a ${typeof value}`);
  return writeFields(value as JsonObject);
}

/** Every line of the ledger comes through here twice, so it makes no more lists than it needs. */
function writeFields(value: JsonObject): string {
  let text = '';
  // Without a comparison, `sort` compares UTF-16 code units.
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field !== undefined) text += `${text === '' ? '' : ','}${write(key)}:${write(field)}`;
  }
  return `{${text}}`;
}

/** SHA-256 (FIPS 180-4) of the text's UTF-8 bytes, lower-case hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}

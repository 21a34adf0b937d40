import { describe, expect, it } from 'vitest';
import { unbound } from '../../../core/ledger/unbound.ts';
import type { Intent } from '../../support/ledger.ts';
import { anEnsure, aSlot, authorised, Book, grantId } from '../../support/ledger.ts';

const ZONES = ['default', 'prod-eu', 'prod-eu'].map((zone, index) => ({
  provider: 'postgres',
  zone,
  with: { database: zone },
  target: { role: `role-${index}` },
}));
const inZone = (zone: string, name: string) =>
  aSlot({ provider: 'postgres', zone, config: { database: zone }, key: `${zone}/${name}` });

function leftOf(...intents: readonly Partial<Intent>[]): readonly number[] {
  const { state } = Book.of(authorised(42, { bindings: ZONES }), ...intents.map((change) => anEnsure(42, change)));
  const grant = state.grants.get(grantId(42));
  if (grant === undefined) throw new Error('no grant');
  return unbound(grant);
}

describe('what a grant has no slot for yet', () => {
  it('is all of it before the first intent', () => {
    expect(leftOf()).toEqual([0, 1, 2]);
  });

  it('is without the bindings that its intents tell', () => {
    expect(leftOf({ slot: inZone('prod-eu', 'a'), bindings: [2] })).toEqual([0, 1]);
    expect(leftOf({ slot: inZone('prod-eu', 'a'), bindings: [1, 2] })).toEqual([0]);
  });

  it('is one less for each intent that tells none: of its own target, or of any', () => {
    expect(leftOf({ slot: inZone('prod-eu', 'a') })).toEqual([0, 2]);
    expect(leftOf({ slot: inZone('prod-eu', 'a') }, { slot: inZone('prod-eu', 'b') })).toEqual([0]);
    expect(leftOf({ slot: inZone('prod-eu', 'a') }, { slot: inZone('prod-eu', 'b'), bindings: [1] })).toEqual([0]);
    expect(leftOf({ slot: inZone('prod-us', 'a') })).toEqual([1, 2]);
    expect(leftOf({ slot: aSlot() })).toEqual([1, 2]);
  });

  it('is never less than nothing', () => {
    const names = ['a', 'b', 'c', 'd'];
    expect(leftOf(...names.map((name) => ({ slot: inZone('default', name) })))).toEqual([]);
  });
});

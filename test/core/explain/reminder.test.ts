import { describe, expect, it } from 'vitest';
import { reminderComment, reminderMarker } from '../../../core/explain/reminder.ts';
import { minute, terms } from '../../support/ledger.ts';

const extend = () => 'https://github.test/new';
const said = (change: Parameters<typeof terms>[1] = {}, isCalling = true) =>
  reminderComment(terms(42, change), minute(120), extend, isCalling);

describe('reminderComment', () => {
  it('says when it ends, how to give it back, and where to ask for more, to its subject', () => {
    expect(said()).toBe(
      '⏳ @alice: member of payments-production ends at **2026-11-23 12:00 UTC**.\n\nDone already? Comment `/gatepass return`. Need longer? [Ask for 2h more](https://github.test/new): a new request, approved anew, that begins when this one ends.',
    );
    expect(reminderMarker(terms(42))).toBe('<!-- gatepass:reminder 42-0000002a -->');
  });

  it.each([
    ['settings say so', {}, false, '`@alice`'],
    [
      'it is a service',
      { subject: { kind: 'service', name: 'ci', id: null, login: null, identities: {} } },
      true,
      '`ci`',
    ],
    [
      'a person has no login',
      { subject: { kind: 'person', name: 'alice', id: 1, login: null, identities: {} } },
      true,
      '`alice`',
    ],
    [
      'a login is none',
      { subject: { kind: 'person', name: 'x', id: 1, login: 'a @acme/all', identities: {} } },
      true,
      '`@a @acme/all`',
    ],
  ] as const)('calls nobody where %s', (_, change, isCalling, shown) => {
    expect(said(change, isCalling)).toContain(`⏳ ${shown}: member`);
  });

  it('is no command itself', () => {
    expect(said()).not.toMatch(/^\/gatepass/m);
  });
});

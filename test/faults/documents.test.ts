/** Documents that are wrong on purpose or by nature: instants without a zone, absurd ones, and hostile YAML. */
import { describe, expect } from 'vitest';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import { parseRequest } from '../../core/document/parse-request.ts';
import { readYaml } from '../../core/document/read-yaml.ts';
import { parseDuration, parseInstant, toEpoch } from '../../core/time.ts';
import { campaign } from '../fuzz/campaign.ts';
import { allTargets } from '../fuzz/targets.ts';
import { aChange, anEvidence, governingFiles, REQUEST } from '../support/evidence.ts';
import { atBothGates, codesOf, expectAllowed } from '../threats/gates.ts';
import { fault } from './fault.ts';

const asking = (fields: Readonly<Record<string, string>>) => anEvidence().fields(fields).approvedBy('bob');

/** Neither gate takes it, and the issue names the line and says what to write. */
function expectRefused(fields: Readonly<Record<string, string>>, code: string): void {
  for (const decision of atBothGates(asking(fields))) {
    expect(decision.verdict).toBe('invalid');
    expect(codesOf(decision)).toContain(code);
    expect('issues' in decision && decision.issues.every(({ line, fix }) => line > 0 && fix !== null)).toBe(true);
  }
}

describe('an instant without a zone', () => {
  const ZONELESS = [
    '2026-11-23T11:00:00',
    '"2026-11-23T11:00:00"',
    '2026-11-23 11:00:00',
    '2026-11-23',
    '"2026-11-23T11:00:00.5"',
    '2026-11-23T11:00:00 Europe/Berlin',
    '2026-11-23T11:00',
  ];

  for (const field of ['starts', 'startsBy']) {
    for (const written of ZONELESS) {
      fault(41, `\`${field}: ${written}\` in a request`, () => {
        expectRefused({ [field]: written }, 'document-instant');
        expectAllowed(asking({ [field]: '2026-11-23T11:00:00Z' }));
        expectAllowed(asking({ [field]: '"2026-11-23T12:00:00+01:00"' }));
      });
    }
  }

  const freeze = (at: string) =>
    `apiVersion: gatepass/v1\nkind: Organization\nfreezes:\n  - { name: x, from: ${at}, until: "2027-01-02T00:00:00Z" }\n`;
  const delegation = (at: string) =>
    `apiVersion: gatepass/v1\nkind: Delegation\nfrom: carol\nto: dan\nseats: [team:orders]\nstarts: ${at}\nuntil: "2027-01-02T00:00:00Z"\nreason: x\n`;
  const lock = (at: string) =>
    `apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: x, reason: y, until: ${at} }\n`;
  const rota = (at: string) =>
    `apiVersion: gatepass/v1\nkind: Rota\nrotas:\n  orders: { rotation: { starts: ${at}, every: 7d, people: [carol] } }\n  payments: { rotation: { starts: "2026-11-22T00:00:00Z", every: 7d, people: [erin] } }\n`;

  for (const [path, text] of [
    ['policies/organization.yaml', freeze],
    ['policies/delegations/x.yaml', delegation],
    ['policies/locks.yaml', lock],
    ['policies/rotas.yaml', rota],
  ] as const) {
    fault(41, `in \`${path}\``, () => {
      const codes = (at: string) => {
        const files = governingFiles().filter((file) => file.path !== path);
        const parsed = parseGovernance([...files, { path, text: text(at) }]);
        return parsed.ok ? [] : parsed.issues.map(({ code }) => code);
      };
      expect(codes('"2026-12-24T00:00:00+01:00"')).toEqual([]);
      for (const written of ZONELESS) expect(codes(written)).toContain('document-instant');
    });
  }

  fault(41, 'is never read as a date: what YAML 1.1 makes one stays the text that was written', () => {
    const read = readYaml('at: 2026-11-23T11:00:00\nday: 2026-11-23\n', 'x.yaml');
    expect(read.ok && read.value.value).toEqual({ at: '2026-11-23T11:00:00', day: '2026-11-23' });
  });
});

describe('an absurd instant or duration', () => {
  const impossible = [
    ['a leap second', '2026-12-31T23:59:60Z'],
    ['29 February of a common year', '2027-02-29T10:00:00Z'],
    ['29 February 1900, which had none', '2100-02-29T10:00:00Z'],
    ['31 April', '2027-04-31T10:00:00Z'],
    ['a 13th month', '2026-13-01T10:00:00Z'],
    ['hour 24', '2026-11-23T24:00:00Z'],
    ['minute 60', '2026-11-23T10:60:00Z'],
    ['the year nought', '0000-01-01T00:00:00Z'],
    ['before 1970', '1969-12-31T23:59:59Z'],
    ['beyond 9999 in UTC', '9999-12-31T23:59:59-01:00'],
  ] as const;
  for (const [what, written] of impossible) {
    fault(42, `${what}: \`starts: ${written}\``, () => {
      expect(parseInstant(written)).toBeNull();
      expectRefused({ starts: `"${written}"` }, 'document-instant-impossible');
    });
  }
  for (const [what, written] of [
    ['less than nothing', '-2026-01-01T00:00:00Z'],
    ['five digits of a year', '+012026-01-01T00:00:00Z'],
    ['an offset that no place has', '2026-11-23T10:00:00+15:00'],
  ] as const) {
    fault(42, `${what}: \`starts: ${written}\``, () => expectRefused({ starts: `"${written}"` }, 'document-instant'));
  }

  fault(42, 'what the calendar has is taken: 29 February of a leap year, the last second of 9999', () => {
    expect(parseInstant('2028-02-29T23:59:59Z')).toBe('2028-02-29T23:59:59.000Z');
    expect(parseInstant('9999-12-31T23:59:59Z')).toBe('9999-12-31T23:59:59.000Z');
    expectAllowed(asking({ starts: '"2028-02-29T10:00:00Z"' }));
  });

  fault(42, 'a window that would end after the year 9999 is none', () => {
    for (const decision of atBothGates(asking({ starts: '"9999-12-31T23:30:00Z"', duration: '1h' }))) {
      expect(decision.verdict).toBe('deny');
      expect(codesOf(decision)).toContain('window-over');
    }
  });

  for (const written of ['0h', '-1h', '1.5h', '1e9h', '1000000d', '1h30m', '1w', '٣h', '" 1h"', 'PT1H']) {
    fault(42, `\`duration: ${written}\``, () => expectRefused({ duration: written }, 'document-duration'));
  }
  fault(42, 'a bare number, which says no unit', () => {
    expectRefused({ duration: '24' }, 'document-type');
    expectRefused({ starts: '1795431600' }, 'document-type');
  });
  fault(42, 'a duration that is no number at all', () => {
    for (const written of ['.inf', '-.inf', '.nan']) expectRefused({ duration: written }, 'yaml-number-not-finite');
  });
  fault(42, 'the longest that can be written is longer than any policy allows, and its end is still an instant', () => {
    const longest = parseDuration('999999d') ?? 0;
    expect(Number.isFinite(toEpoch(anEvidence().evidence.now) + longest)).toBe(true);
    for (const decision of atBothGates(asking({ duration: '999999d' }))) {
      expect(decision.verdict).toBe('deny');
      expect(codesOf(decision)).toContain('duration-over-max');
    }
  });
});

describe('a hostile document', () => {
  const HEAD = 'apiVersion: gatepass/v1\nkind: AccessRequest\n';
  const hostile: readonly (readonly [what: string, code: string, text: string])[] = [
    ['an anchor', 'yaml-anchor', `${HEAD}duration: &d 1h\nreason: x\n`],
    [
      'an alias bomb',
      'yaml-anchor',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n${HEAD}duration: 1h\nreason: x\n`,
    ],
    ['an alias without an anchor', 'yaml-alias', `${HEAD}duration: *d\nreason: x\n`],
    ['a merge key', 'yaml-merge-key', `${HEAD}<<: { duration: 8h }\nduration: 1h\nreason: x\n`],
    ['a duplicate key', 'yaml-duplicate-key', `${HEAD}duration: 1h\nduration: 4h\nreason: x\n`],
    ['a key that is no text', 'yaml-key-not-text', `${HEAD}1: x\nduration: 1h\nreason: x\n`],
    ['a tag', 'yaml-tag', `${HEAD}duration: !!js/function "1h"\nreason: x\n`],
    ['a binary tag', 'yaml-tag', `${HEAD}duration: !!binary MWg=\nreason: x\n`],
    [
      'two documents',
      'yaml-several-documents',
      `${HEAD}duration: 1h\nreason: x\n---\n${HEAD}duration: 4h\nreason: x\n`,
    ],
    ['a directive', 'yaml-directive', `%YAML 1.1\n---\n${HEAD}duration: 1h\nreason: x\n`],
    ['a prototype', 'yaml-reserved-key', `${HEAD}__proto__: { duration: 8h }\nduration: 1h\nreason: x\n`],
    ['NUL', 'yaml-control-character', `${HEAD}duration: 1h\nreason: "x\u0000y"\n`],
    ['bidirectional text', 'yaml-invisible-character', `${HEAD}duration: 1h\nreason: "pay \u202ekcab\u202c"\n`],
    ['text of no width', 'yaml-invisible-character', `${HEAD}duration: 1h\nreason: "pay\u200bments"\n`],
    ['a Cyrillic letter in a field', 'document-field-unknown', `${HEAD}dur\u0430tion: 1h\nreason: x\n`],
    [
      'a Cyrillic letter in a name',
      'document-principal',
      `${HEAD}duration: 1h\nsubject: person:\u0430lice\nreason: x\n`,
    ],
    ['depth', 'yaml-too-deep', `${HEAD}duration: ${'['.repeat(1000)}1h${']'.repeat(1000)}\nreason: x\n`],
    ['half a document', 'yaml-syntax', `${HEAD}duration: "1h\n`],
  ];
  for (const [what, code, text] of hostile) {
    fault(43, what, () => {
      const change = aChange(REQUEST, text);
      for (const decision of atBothGates(anEvidence().changing(change).approvedBy('bob'))) {
        expect(decision.verdict).toBe('invalid');
        expect(codesOf(decision)).toContain(code);
      }
    });
  }

  fault(43, 'more than 64 KiB is refused before it is parsed', () => {
    const size = 64 * 1024;
    const sized = (bytes: number) => {
      const text = `${HEAD}duration: 1h\nreason: x\n# `;
      return aChange(REQUEST, `${text}${'x'.repeat(bytes - text.length - 1)}\n`, { size: bytes });
    };
    expectAllowed(anEvidence().changing(sized(size)).approvedBy('bob'));
    for (const decision of atBothGates(
      anEvidence()
        .changing(sized(size + 1))
        .approvedBy('bob'),
    )) {
      expect(codesOf(decision)).toContain('file-too-large');
    }
  });

  fault(43, 'the plain one is taken', () => {
    expect(parseRequest(REQUEST, `${HEAD}duration: 1h\nreason: x\n`).ok).toBe(true);
  });
});

describe('mutated documents', () => {
  fault(43, '40,000 of them: no crash, no hang, nothing accepted that a second reading refuses', async () => {
    const targets = (await allTargets()).filter(({ name }) => /yaml|request|governance/i.test(name));
    expect(targets.length).toBeGreaterThanOrEqual(3);
    const { findings, targets: figures } = await campaign(targets, 40_000, 20_261_123);
    expect(findings).toEqual([]);
    for (const { accepted, name } of figures) expect(accepted, name).toBeGreaterThan(10);
  });
});

/** Mistakes that mutation testing planted and nothing noticed, where they would have mattered. */
import { describe, expect, it } from 'vitest';
import { CODEOWNERS_MAX_BYTES, parseCodeowners } from '../../core/codeowners/parse.ts';
import { strictProfile } from '../../core/codeowners/strict-profile.ts';
import { grantId } from '../../core/policy/grant-id.ts';
import { pullKind } from '../../core/policy/pull-kind.ts';
import { issuesOf } from '../support/decisions.ts';
import { aChange, aGrant, anEvidence, document, instant, REQUEST } from '../support/evidence.ts';

const FALLBACK = '* @acme/platform\n';
const codes = (text: string) => strictProfile([{ path: 'CODEOWNERS', text }]).map((issue) => issue.code);

describe('the strict profile', () => {
  it.each(['/./requests/ @acme/orders', '/requests/../policies/ @acme/orders'])(
    'refuses a step that leads nowhere: %s',
    (line) => {
      expect(codes(`${FALLBACK}${line}\n`)).toEqual(['codeowners-pattern-never']);
    },
  );

  it('says of a file that GitHub does not load only that it is too large', () => {
    expect(codes(`${FALLBACK}#${'x'.repeat(CODEOWNERS_MAX_BYTES)}\n`)).toEqual(['codeowners-too-large']);
  });

  it('says what was found, what was expected and what to do of every kind of line', () => {
    const lines = ['requests/ @acme/a', '/a? @acme/a', '/a** @acme/a', '/a', '/b a@b.test'];
    const issues = strictProfile([{ path: 'CODEOWNERS', text: `${FALLBACK}${lines.join('\n')}\n` }]);
    expect(issues.map(({ code, found, expected }) => [code, found, expected])).toEqual([
      ['codeowners-pattern-anchor', '`requests/`', '`*`, or a leading `/`'],
      ['codeowners-pattern-character', '`/a?`', 'letters, digits and `. _ / * -`'],
      ['codeowners-pattern-globstar', '`/a**`', 'a whole segment inside the pattern, or `/**` at its end'],
      ['codeowners-owner-missing', '`/a`', null],
      ['codeowners-owner-form', '`a@b.test`', '`@user` or `@organization/team`'],
    ]);
    for (const { fix } of issues) expect(fix).not.toBeNull();
  });

  it('says where else a file may be, when there is none, and how it is written, when it is not', () => {
    expect(strictProfile([])[0]?.expected).toBe('`.github/CODEOWNERS`, or `CODEOWNERS`, or `docs/CODEOWNERS`');
    const [wrong] = strictProfile([{ path: 'codeowners', text: FALLBACK }]);
    expect(wrong).toMatchObject({ code: 'codeowners-case', found: '`codeowners`' });
    expect(wrong?.expected).toBe('`.github/CODEOWNERS`, or `CODEOWNERS`, or `docs/CODEOWNERS`');
  });
});

describe('an owner', () => {
  it.each(['alice@@bob', 'x@alice@bob'])('`%s` leaves its line out', (owner) => {
    expect(parseCodeowners(`/a ${owner}\n`).rules).toEqual([]);
  });

  it('joined by accident keeps its line, which nobody can approve for', () => {
    const { rules, issues } = parseCodeowners('/a @alice@bob\n');
    expect(rules).toHaveLength(1);
    expect(issues).toHaveLength(1);
  });
});

describe('a return', () => {
  it('of a grant that somebody else holds is not the opener’s own, whatever the ledger lists', () => {
    const text = document({ duration: '2h', reason: 'Replay payments' });
    const gone = aChange(REQUEST, text, { status: 'removed' });
    const held = aGrant('alice', { id: grantId({ path: REQUEST, blob: gone.blob, pullRequest: 12 }) });
    const returned = (name: string) => anEvidence().by(name).changing(gone).holding(held).decide().verdict;
    expect([returned('alice'), returned('mallory')]).toEqual(['allow', 'pending']);
  });
});

describe('a condition', () => {
  it('can tell a break-glass request from another', () => {
    const asked = (breakGlass: string) =>
      anEvidence()
        .by('carol')
        .fields({ duration: '1h', breakGlass })
        .governing('policies/rules/databases.yaml', (text) =>
          text.replace('request.duration <= duration("4h") && history.grants7d < 10', 'request.breakGlass'),
        )
        .decide();
    expect(asked('true')).toMatchObject({ verdict: 'allow', rule: "the owners' on-call reads at once" });
    expect(asked('false')).toMatchObject({ verdict: 'pending', rule: 'reading needs an owner' });
  });
});

describe('a denial', () => {
  it.each([
    ['window-over', anEvidence().fields({ starts: '"2026-11-23T07:00:00Z"' })],
    [
      'toxic-combination',
      anEvidence()
        .governing(
          'policies/organization.yaml',
          (text) => `${text}toxic:\n  - { name: x, of: ["orders-db/*", "billing-db/*"] }\n`,
        )
        .holding(aGrant('alice', { resource: 'billing-db', expires: instant('2026-11-23T13:00:00Z') })),
    ],
    [
      'too-many-grants',
      anEvidence()
        .governing('policies/organization.yaml', (text) => text.replace('liveGrants: 10', 'liveGrants: 1'))
        .holding(aGrant('alice', { resource: 'payments' })),
    ],
  ])('shows %s as an issue with a next step', (code, evidence) => {
    expect(issuesOf(evidence.decide())).toMatchObject([{ code, fix: expect.any(String) }]);
  });
});

it('takes a folder `requests` that is not at the root for an ordinary one', () => {
  const change = aChange('docs/requests/orders-db/read-only/x.yaml', 'x', { status: 'modified' });
  expect(pullKind(anEvidence().changing(change).evidence)).toBe('policy');
});

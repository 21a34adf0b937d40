/** Changes outside `requests/`, and requests given back (threats 1–3, 29–31, 51, 71, 85). */
import { describe, expect, it } from 'vitest';
import { grantId } from '../../../core/policy/grant-id.ts';
import { issuesOf, summary } from '../../support/decisions.ts';
import {
  aChange,
  aGrant,
  anEvidence,
  document,
  type EvidenceBuilder,
  governingFiles,
  REQUEST,
} from '../../support/evidence.ts';

const textOf = (path: string) => governingFiles().find((file) => file.path === path)?.text ?? '';
const modified = (path: string, change: (text: string) => string) =>
  aChange(path, change(textOf(path)), { status: 'modified' });
const RULES = 'policies/rules/teams.yaml';
const longer = modified(RULES, (text) => text.replace('max: 8h', 'max: 12h'));
const TEAMS = 'policies/catalog/teams.yaml';
const unmeant = (text: string) => text.replace(', allowMaintainer: true', '');
const readme = aChange('README.md', null, { status: 'modified' });

/** For a resource that no catalog has yet. */
const early = modified('policies/organization.yaml', (text) =>
  text.replace('guardrails:', 'guardrails:\n  - { name: early, on: { class: [vault] }, require: { max: 1h } }'),
);

type Row = readonly [what: string, expected: string, evidence: EvidenceBuilder];

describe('a policy change', () => {
  const rows: readonly Row[] = [
    ['approved by an owner', 'allow', anEvidence().changing(longer).approvedBy('grace')],
    ['not approved', 'pending approval-missing', anEvidence().changing(longer)],
    ['approved by somebody else', 'pending approval-missing', anEvidence().changing(longer).approvedBy('bob')],
    [
      'approved by its author',
      'pending approval-missing',
      anEvidence().by('grace').changing(longer).approvedBy('grace'),
    ],
    [
      'of two owners, approved by one',
      'pending approval-missing',
      anEvidence().changing(longer, readme).approvedBy('grace'),
    ],
    [
      'of two owners, approved by both',
      'allow',
      anEvidence().changing(longer, readme).approvedBy('grace').approvedBy('erin'),
    ],
    ['of two owners, approved by one who is both', 'allow', anEvidence().changing(longer, readme).approvedBy('heidi')],
    ['of a file that governs nothing', 'allow', anEvidence().changing(readme).approvedBy('erin')],
    [
      'moved from one owner to another needs both',
      'pending approval-missing',
      anEvidence()
        .changing(aChange('docs/rules.md', 'x', { status: 'renamed', previousPath: 'policies/notes.md' }))
        .approvedBy('erin'),
    ],
    [
      'moved within one owner needs that one',
      'allow',
      anEvidence()
        .changing(aChange('policies/rules/groups.yaml', textOf(RULES), { status: 'renamed', previousPath: RULES }))
        .approvedBy('grace'),
    ],
    [
      'that names its own approvers is judged by the old ones',
      'pending approval-missing',
      anEvidence()
        .changing(modified('CODEOWNERS', (text) => text.replaceAll('@acme/platform', '@acme/engineering')))
        .approvedBy('bob'),
    ],
    [
      'to CODEOWNERS by its owner',
      'allow',
      anEvidence()
        .changing(modified('CODEOWNERS', (text) => `${text}/docs/ @acme/security\n`))
        .approvedBy('erin'),
    ],
    [
      'that takes the owner away',
      'invalid policy-invalid',
      anEvidence()
        .changing(modified('CODEOWNERS', (text) => `${text}/policies/\n`))
        .approvedBy('erin'),
    ],
    [
      'that makes maintainers without meaning to',
      'invalid policy-invalid',
      anEvidence().changing(modified(TEAMS, unmeant)).approvedBy('grace').approvedBy('erin'),
    ],
    [
      'that repairs what was accepted before there was a rule against it',
      'allow',
      anEvidence()
        .governing(TEAMS, unmeant)
        .changing(aChange(TEAMS, textOf(TEAMS), { status: 'modified' }))
        .approvedBy('grace')
        .approvedBy('erin'),
    ],
    [
      'that moves a rule file to where it rules nothing',
      'invalid policy-invalid',
      anEvidence()
        .changing(aChange('docs/teams.yaml', textOf(RULES), { status: 'renamed', previousPath: RULES }))
        .approvedBy('grace')
        .approvedBy('erin'),
    ],
    [
      'that copies a rule file, so that two rule the same',
      'invalid policy-invalid',
      anEvidence()
        .changing(aChange('policies/rules/groups.yaml', textOf(RULES), { status: 'copied', previousPath: RULES }))
        .approvedBy('grace'),
    ],
    [
      'that removes what was executable',
      'allow',
      anEvidence()
        .governing('policies/locks.yaml', (text) => `${text}# Empty.\n`)
        .changing(aChange('policies/locks.yaml', null, { status: 'removed', mode: '100755' }))
        .approvedBy('grace'),
    ],
    ['that selects nothing yet, which is a warning', 'allow', anEvidence().changing(early).approvedBy('grace')],
    [
      'that adds a second CODEOWNERS',
      'invalid policy-invalid',
      anEvidence().changing(aChange('.github/CODEOWNERS', '* @acme/engineering\n')).approvedBy('heidi'),
    ],
    [
      'that removes CODEOWNERS',
      'invalid policy-invalid',
      anEvidence()
        .changing(aChange('CODEOWNERS', null, { status: 'removed' }))
        .approvedBy('erin'),
    ],
    [
      'that removes the people',
      'invalid policy-invalid',
      anEvidence()
        .changing(aChange('policies/people.yaml', null, { status: 'removed' }))
        .approvedBy('grace'),
    ],
    [
      'that removes a rule file with its resources unruled',
      'invalid policy-invalid',
      anEvidence()
        .changing(aChange(RULES, null, { status: 'removed' }))
        .approvedBy('grace'),
    ],
    [
      'with a mistake',
      'invalid policy-invalid',
      anEvidence()
        .changing(modified(RULES, (text) => text.replace('max: 8h', 'max: 8')))
        .approvedBy('grace'),
    ],
    [
      'with a condition that is none',
      'invalid policy-invalid',
      anEvidence()
        .changing(
          modified(RULES, (text) =>
            text.replace('    max: 8h', '    when: \'request.reason.matches("x")\'\n    max: 8h'),
          ),
        )
        .approvedBy('grace'),
    ],
    [
      'under which a policy test fails',
      'invalid policy-invalid',
      anEvidence()
        .changing(
          modified('policies/rules/databases.yaml', (text) =>
            text.replace(
              'for: [read-only]\n    subjects: [team:engineering]',
              'for: [read-only]\n    subjects: [team:dba]',
            ),
          ),
        )
        .approvedBy('grace'),
    ],
    [
      'as an executable',
      'invalid file-mode',
      anEvidence()
        .changing({ ...longer, mode: '100755' })
        .approvedBy('grace'),
    ],
    [
      'whose text was not read',
      'invalid file-unreadable',
      anEvidence()
        .changing({ ...longer, text: null })
        .approvedBy('grace'),
    ],
    [
      'in a draft',
      'pending pull-request-draft',
      anEvidence().changing(longer).approvedBy('grace').pull({ draft: true }),
    ],
    [
      'while the owners’ team cannot be read',
      'fault membership-unknown',
      anEvidence().changing(longer).withoutTeam('security').approvedBy('grace'),
    ],
    [
      'while the members cannot be read',
      'fault membership-unknown',
      anEvidence().changing(longer).with({ members: null }).approvedBy('grace'),
    ],
    [
      'under policies that do not parse',
      'fault governance-invalid',
      anEvidence().changing(longer).governing('policies/people.yaml', 'x').approvedBy('grace'),
    ],
    [
      'under a CODEOWNERS that is not strict',
      'fault governance-invalid',
      anEvidence()
        .changing(longer)
        .governing('CODEOWNERS', (text) => `${text}*.md @acme/security\n`)
        .approvedBy('grace'),
    ],
    [
      'by a bot, approved by an owner',
      'allow',
      anEvidence()
        .pull({ author: { id: 77, login: 'renovate[bot]', type: 'Bot' } })
        .changing(longer)
        .approvedBy('grace'),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toBe(expected);
  });

  it('never obeys what it changes: a looser rule and its use are mixed', () => {
    const [request] = anEvidence().evidence.changes;
    const evidence = anEvidence()
      .changing(longer, request as NonNullable<typeof request>)
      .approvedBy('heidi');
    const [issue] = issuesOf(evidence.decide());
    expect(issue?.fix).toContain(`\`${REQUEST}\` alone`);
  });

  it('shows a failing policy test at its line, with what it found', () => {
    const change = modified('policies/rules/databases.yaml', (text) =>
      text.replace('approvals: [] ', 'approvals: [{ from: [team:dba], count: 1 }] '),
    );
    expect(issuesOf(anEvidence().changing(change).approvedBy('grace').decide())).toMatchObject([
      {
        code: 'policy-test-failed',
        file: 'policies/rules/databases.test.yaml',
        message: 'the policy test “the on-call of the owners reads at once” fails',
        found: "pending, rule “the owners' on-call reads at once”, because approval-missing",
        expected: "allow, rule “the owners' on-call reads at once”",
      },
    ]);
  });

  const groups = (evidence: EvidenceBuilder) => {
    const decision = evidence.decide();
    return 'requirements' in decision && decision.requirements.map((one) => one.source);
  };
  const changing = (...paths: readonly string[]) =>
    anEvidence().changing(...paths.map((path) => aChange(path, null, { status: 'modified' })));

  it('lists at most three paths of a group, sorted', () => {
    expect(groups(changing('c.md', 'a.md', 'd.md', 'b.md'))).toEqual(['`a.md`, `b.md`, `c.md` and 1 more']);
    expect(groups(changing('c.md', 'a.md', 'b.md'))).toEqual(['`a.md`, `b.md`, `c.md`']);
  });

  it('groups paths by who owns them, in whatever order these are written', () => {
    const owned = changing('a/x.md', 'b/x.md').governing(
      'CODEOWNERS',
      (text) => `${text}/a/ @acme/sre @acme/dba\n/b/ @acme/dba @acme/sre\n`,
    );
    expect(groups(owned)).toEqual(['`a/x.md`, `b/x.md`']);
  });

  it('says that policies are valid where it changes some, and shows what they warn of', () => {
    const policies = anEvidence().changing(early).approvedBy('grace').decide();
    expect(policies.reasons.map(({ code }) => code)).toContain('policy-valid');
    expect(policies.warnings).toMatchObject([{ code: 'selector-matches-nothing', severity: 'warning' }]);
    const other = anEvidence().changing(readme).approvedBy('erin').decide();
    expect(other.reasons.map(({ code }) => code)).toEqual(['approval-complete']);
    expect(other.warnings).toEqual([]);
  });

  it('refuses for errors alone, and shows no warning among them', () => {
    const issues = issuesOf(anEvidence().changing(early, modified(TEAMS, unmeant)).decide());
    expect(issues.map(({ severity }) => severity)).toEqual(['error']);
  });
});

describe('a return', () => {
  const text = document({ duration: '2h', reason: 'Replay payments stuck since the deploy' });
  const gone = aChange(REQUEST, text, { status: 'removed' });
  const returning = (name: string, subject?: string) =>
    anEvidence()
      .by(name)
      .changing(subject === undefined ? gone : { ...gone, text: `${text}subject: ${subject}\n` });
  const folder = 'requests/orders-db/read-only';
  const held = (id: string) => aGrant('alice', { id });
  const id = grantId({ path: REQUEST, blob: gone.blob, pullRequest: 12 });
  const rows: readonly Row[] = [
    ['by the one whom the request names', 'allow', returning('alice', 'person:alice')],
    ['by the one who holds the grant', 'allow', returning('alice').holding(held('9-00000000'), held(id))],
    [
      'by the one who holds the grant, its text unread',
      'allow',
      anEvidence()
        .changing({ ...gone, text: null })
        .holding(held(id)),
    ],
    [
      'by the one who holds another grant of the same role',
      'pending approval-missing',
      returning('alice').holding(held('12-00000000')),
    ],
    ['by an owner of the path', 'allow', returning('bob')],
    ['by somebody else', 'pending approval-missing', returning('mallory', 'person:alice')],
    ['by somebody else, agreed by an owner', 'allow', returning('mallory', 'person:alice').approvedBy('bob')],
    [
      'by somebody else, agreed by the receiver alone',
      'pending approval-missing',
      returning('mallory', 'person:alice').approvedBy('alice'),
    ],
    ['of a service’s grant, by no owner', 'pending approval-missing', returning('alice', 'service:checkout-deploy')],
    [
      'of a request that does not parse, by no owner',
      'pending approval-missing',
      anEvidence().changing({ ...gone, text: 'x' }),
    ],
    [
      'of two, one of them one’s own',
      'pending approval-missing',
      anEvidence().changing(
        { ...gone, text: `${text}subject: person:alice\n` },
        { ...gone, path: 'requests/billing-db/read-only/x.yaml' },
      ),
    ],
    ['while the owners cannot be read', 'fault membership-unknown', returning('mallory').withoutTeam('orders')],
    ['of what is no request', 'invalid request-path', anEvidence().changing({ ...gone, path: 'requests/README.md' })],
    [
      'by somebody unknown to the ledger, its text unread',
      'pending approval-missing',
      anEvidence().changing({ ...gone, text: null }),
    ],
    [
      'of a request that is over, by anybody',
      'allow',
      anEvidence()
        .by('mallory')
        .changing({ ...gone, ledger: 'closed' }),
    ],
    [
      'of a request that is over, in a draft',
      'pending pull-request-draft',
      anEvidence()
        .by('mallory')
        .changing({ ...gone, ledger: 'closed' })
        .pull({ draft: true }),
    ],
    ...(['live', 'unknown'] as const).map(
      (ledger): Row => [
        `of a request that is ${ledger} to the ledger, by somebody else`,
        'pending approval-missing',
        anEvidence()
          .by('mallory')
          .changing({ ...gone, ledger }),
      ],
    ),
    [
      'of what was quarantined, by the one whom it names',
      'pending approval-missing',
      anEvidence()
        .by('mallory')
        .changing({ ...gone, text: `${text}subject: person:mallory\n`, ledger: 'quarantined' }),
    ],
    [
      'of what was quarantined beside one’s own grant with these bytes',
      'allow',
      anEvidence()
        .changing({ ...gone, text: null, ledger: 'quarantined' })
        .holding(held(id)),
    ],
    [
      'of one that is over and one that is not, by somebody else',
      'pending approval-missing',
      anEvidence()
        .by('mallory')
        .changing({ ...gone, path: 'requests/a/b/c.yaml', ledger: 'closed' }, { ...gone, ledger: 'live' }),
    ],
    [
      'of one that is over and one’s own',
      'allow',
      returning('alice', 'person:alice').changing(
        { ...gone, path: 'requests/a/b/c.yaml', ledger: 'closed' },
        { ...gone, text: `${text}subject: person:alice\n`, ledger: 'live' },
      ),
    ],
    ['in a draft', 'pending pull-request-draft', returning('bob').pull({ draft: true })],
    [
      'of two by somebody else, agreed by one who owns both',
      'allow',
      anEvidence()
        .by('mallory')
        .changing(gone, { ...gone, path: 'requests/billing-db/read-only/x.yaml' })
        .team('orders', { names: ['erin'] })
        .approvedBy('erin'),
    ],
    ['of one that names nobody who is known', 'pending approval-missing', returning('mallory', 'person:zoe')],
    [
      'of eleven at once',
      'allow',
      anEvidence()
        .by('bob')
        .changing(...Array.from({ length: 11 }, (_, index) => ({ ...gone, path: `${folder}/${index}.yaml` }))),
    ],
    [
      'by a bot that tidies up, agreed by an owner',
      'allow',
      returning('mallory')
        .pull({ author: { id: 77, login: 'tidy[bot]', type: 'Bot' } })
        .approvedBy('bob'),
    ],
  ];
  it.each(rows)('%s: %s', (_, expected, evidence) => {
    expect(summary(evidence.decide())).toBe(expected);
  });

  it('gives back nothing of what is over', () => {
    const decision = anEvidence()
      .by('bob')
      .changing({ ...gone, path: 'requests/a/b/c.yaml', ledger: 'closed' }, { ...gone, ledger: 'live' })
      .decide();
    expect(decision.verdict === 'allow' && decision.returns).toEqual([REQUEST]);
    expect(decision.reasons.map(({ code }) => code)).toEqual(['return-closed', 'return-by-owner']);
  });

  it('names what has to be agreed to, or is no request, sorted', () => {
    const paths = (...names: readonly string[]) =>
      anEvidence()
        .by('mallory')
        .changing(...names.map((name) => ({ ...gone, path: `requests/${name}` })))
        .decide();
    const asked = paths('orders-db/read-only/b.yaml', 'orders-db/read-only/a.yaml');
    expect('requirements' in asked && asked.requirements.map(({ source }) => source)).toEqual([
      `\`${folder}/a.yaml\`, \`${folder}/b.yaml\``,
    ]);
    expect(issuesOf(paths('b.md', 'a.md')).map(({ file }) => file)).toEqual(['requests/a.md', 'requests/b.md']);
  });

  it('names what is given back, sorted', () => {
    const other = 'requests/billing-db/read-only/x.yaml';
    const decision = anEvidence()
      .by('heidi')
      .changing(gone, { ...gone, path: other })
      .approvedBy('bob')
      .approvedBy('dan')
      .decide();
    expect(decision.verdict === 'allow' && decision.returns).toEqual([other, REQUEST]);
  });
});

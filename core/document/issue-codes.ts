/**
 * Every code that an issue of a document can carry, with what it means and what to do. Codes are stable: they are never
 * renamed and never reused. `docs/reference/issues.md` is made from this list.
 */

export interface CodeMeaning {
  readonly means: string;
  /** Why it is refused, or how to put it right. */
  readonly fix: string;
}

export type IssueCode = keyof typeof ISSUE_CODES;

export const ISSUE_CODES = {
  'yaml-too-large': { means: 'The file is larger than 64 KiB.', fix: 'Split it into several files.' },
  'yaml-encoding': {
    means: 'The file is not UTF-8: it holds a replacement character or half a character.',
    fix: 'Save it as UTF-8 and write the character again.',
  },
  'yaml-byte-order-mark': { means: 'The file begins with a byte order mark.', fix: 'Save it as UTF-8 without BOM.' },
  'yaml-control-character': {
    means: 'A control character, such as NUL or a lone carriage return, as it is or as an escape.',
    fix: 'Remove it. It can hide text in a terminal or a review.',
  },
  'yaml-invisible-character': {
    means: 'A character that is not seen or turns the direction of the text: zero width, bidi, tags, fillers.',
    fix: 'Remove it. It can make a review show something else than what is there.',
  },
  'yaml-tab': { means: 'A tab character.', fix: 'Use spaces.' },
  'yaml-empty': { means: 'The file holds no document.', fix: 'Write the document, or delete the file.' },
  'yaml-syntax': {
    means: 'The file cannot be read as YAML.',
    fix: 'Check indentation and brackets; put quotes around text that contains `: `, ` #` or brackets.',
  },
  'yaml-not-a-mapping': {
    means: 'The document is a list or a single value.',
    fix: 'Begin with `apiVersion: gatepass/v1` and `kind:`.',
  },
  'yaml-several-documents': { means: 'The file holds more than one document.', fix: 'One document a file.' },
  'yaml-directive': { means: 'A `%YAML` or `%TAG` directive.', fix: 'Remove the line.' },
  'yaml-alias': { means: 'An alias, `*name`.', fix: 'Write the value out. Aliases can make a small file enormous.' },
  'yaml-anchor': { means: 'An anchor, `&name`.', fix: 'Remove it.' },
  'yaml-tag': { means: 'A tag, such as `!!str`.', fix: 'Remove it; use quotes for what must stay text.' },
  'yaml-merge-key': { means: 'A merge key, `<<`.', fix: 'Write the fields out.' },
  'yaml-duplicate-key': { means: 'A field is written twice.', fix: 'Keep one: nobody can tell which one counts.' },
  'yaml-reserved-key': {
    means: 'A field is called `__proto__`, `constructor` or `prototype`.',
    fix: 'Choose another name. These have a meaning of their own in JavaScript.',
  },
  'yaml-key-not-text': {
    means: 'The name of a field is a number, a truth value, nothing, a list or a set of fields.',
    fix: 'Put it in quotes, or remove it.',
  },
  'yaml-too-deep': { means: 'More than ten levels of nesting.', fix: 'Flatten the file.' },
  'yaml-number-not-finite': { means: '`.inf` or `.nan`.', fix: 'Write a number.' },
  'yaml-number-not-exact': {
    means: 'A whole number beyond 2^53, which would be rounded.',
    fix: 'Put quotes around it if it is a name.',
  },

  'document-kind': {
    means: 'The `kind` is missing, unknown, or does not belong at this path.',
    fix: 'Write the kind that belongs here.',
  },
  'document-api-version': { means: 'The `apiVersion` is not `gatepass/v1`.', fix: 'Write `apiVersion: gatepass/v1`.' },
  'document-field-missing': { means: 'A field that must be there is not.', fix: 'Add it.' },
  'document-field-unknown': {
    means: 'There is no such field.',
    fix: 'Correct its name, or remove it. Nothing is ignored in silence.',
  },
  'document-type': {
    means: 'A value of another type than expected.',
    fix: 'Write the type that is expected; quotes make text.',
  },
  'document-choice': { means: 'A value that is none of those allowed.', fix: 'Write one of them.' },
  'document-duration': { means: 'Not a duration.', fix: 'A whole number and `m`, `h` or `d`: `30m`, `2h`, `3d`.' },
  'document-instant': { means: 'Not an instant.', fix: 'RFC 3339 with an offset: `2026-11-23T10:00:00Z`.' },
  'document-instant-impossible': { means: 'An instant that the calendar does not have.', fix: 'Correct the date.' },
  'document-name': { means: 'Not a name.', fix: 'Lower-case ASCII letters, digits and hyphens.' },
  'document-principal': {
    means: 'Not somebody who can be named here.',
    fix: 'Such as `team:orders` or `person:alice`; each field says which.',
  },
  'document-text': {
    means: 'Text that is blank, or has several lines where one is meant.',
    fix: 'Write a line of text.',
  },
  'document-format': {
    means: 'Text that is not written as this field demands.',
    fix: 'Follow the example in the message.',
  },
  'document-too-few': { means: 'A list or a set of fields that must not be empty.', fix: 'Add one.' },
  'document-too-many': { means: 'A list that is too long.', fix: 'Remove some, or split it.' },
  'document-too-long': { means: 'Text that is too long.', fix: 'Make it shorter.' },
  'document-out-of-range': { means: 'A number that is too small or too large.', fix: 'Write one in range.' },
  'document-not-unique': { means: 'A list names the same thing twice.', fix: 'Remove one of the two.' },

  'request-path': {
    means: 'The file is not at the path of a request.',
    fix: '`requests/<resource>/<role or action>/<name>.yaml`, lower case. The path decides who approves.',
  },
  'request-path-mismatch': {
    means: '`resource`, `role` or `action` says something else than the path.',
    fix: 'Remove the field, or move the file.',
  },
  'request-starts-by-early': { means: '`startsBy` lies before `starts`.', fix: 'Write a later one.' },

  'governing-path': {
    means: 'A file under `policies/` that no document belongs to, and that would be ignored.',
    fix: 'Move or rename it. Notes for people end in `.md`.',
  },
  'governing-mode': {
    means: 'A governing file is a link, a submodule or executable.',
    fix: 'Replace it with an ordinary file.',
  },
  'governing-missing': { means: '`policies/organization.yaml` or `policies/people.yaml` is missing.', fix: 'Add it.' },
  'name-duplicate': {
    means: 'Two rules, guardrails, freezes, locks or tests of a file have one name.',
    fix: 'Rename one.',
  },
  'window-empty': { means: 'A time that ends before it begins.', fix: 'Write a later end.' },
  'person-unknown': {
    means: 'Somebody who is not in `policies/people.yaml`.',
    fix: 'Add the person, or correct the name.',
  },
  'service-unknown': {
    means: 'A service that is not in `policies/people.yaml`.',
    fix: 'Add it, or correct the name.',
  },
  'rota-unknown': { means: 'A rota that is not in `policies/rotas.yaml`.', fix: 'Add it, or correct the name.' },
  'calendar-unknown': {
    means: 'A calendar that is not in `policies/organization.yaml`.',
    fix: 'Add it, or correct the name.',
  },
  'calendar-empty': {
    means: 'Hours that end before they begin.',
    fix: 'Write a later end; hours over midnight are two calendars.',
  },
  'zone-unknown': { means: 'A time zone that does not exist.', fix: 'Use a name of the IANA database.' },
  'role-unknown': {
    means: 'A role or action that no resource in question has.',
    fix: 'Correct the name, or add it to the catalog.',
  },
  'selector-value-unknown': {
    means: '`on` names a resource or a sensitivity that does not exist.',
    fix: 'Correct it.',
  },
  'selector-matches-nothing': {
    means: 'An `on` that matches no resource (a warning).',
    fix: 'Correct it, or add the resource.',
  },
  'condition-invalid': { means: 'A `when` that is no valid condition.', fix: 'Correct the CEL expression.' },

  'catalog-resource-duplicate': { means: 'Two catalogs have the same resource.', fix: 'Remove one.' },
  'catalog-resource-empty': { means: 'A resource without roles and actions.', fix: 'Add one.' },
  'catalog-name-shared': {
    means: 'A role and an action of a resource have one name.',
    fix: 'Rename one: the path of a request could not tell them apart.',
  },
  'catalog-provider-missing': { means: 'A role without a provider.', fix: 'Add `provider` with a `type`.' },
  'catalog-conflict-unknown': {
    means: '`conflictsWith` names no role of the resource (a warning).',
    fix: 'Correct it.',
  },
  'catalog-input-rule': { means: 'An input with both `enum` and `type`, or neither.', fix: 'Write one of them.' },
  'catalog-binding-shared': {
    means: 'Two resources fill the same slot of a provider.',
    fix: 'Keep it in one: else the owner of the one could give what belongs to the other.',
  },
  'catalog-maintainer': {
    means: 'A role makes somebody maintainer of a GitHub team, who can add others to it by hand.',
    fix: 'Grant `member`, or write `allowMaintainer: true` under the `with` of its provider.',
  },
  'catalog-binding-approver': {
    means: 'A role puts people into a team that is named in CODEOWNERS or in `policies/`.',
    fix: 'Grant another team: Gatepass must not be able to grant its own approvers.',
  },
  'catalog-secret-value': {
    means: 'Something that looks like a secret.',
    fix: 'Change the secret where it was issued, since it has been seen. Files hold only NAMES of secrets.',
  },
  'catalog-secret-name': { means: 'A credential that is not the NAME of a secret.', fix: 'Such as `ORDERS_PG`.' },
  'catalog-secret-reserved': {
    means: 'A NAME that belongs to GitHub, the runner or the system.',
    fix: 'Choose another.',
  },

  'rules-missing': { means: 'No rule set matches a resource.', fix: 'Widen an `on`, or add a rule set.' },
  'rules-overlap': { means: 'Two rule sets match a resource.', fix: 'Narrow one: exactly one decides.' },

  'people-id-duplicate': { means: 'Two people have one GitHub id.', fix: 'Correct one.' },
  'people-login-duplicate': { means: 'Two people have one GitHub login.', fix: 'Correct one.' },
  'people-identity-duplicate': { means: 'Two people or services are one account of a provider.', fix: 'Correct one.' },
  'rota-empty': { means: 'A rota with neither `rotation` nor `shifts`.', fix: 'Add one, or remove the rota.' },
  'delegation-to-self': { means: 'A delegation to the same person.', fix: 'Name another person.' },
  'test-request-path': { means: 'A policy test whose `request` is no path of a request.', fix: 'Correct the path.' },
} as const satisfies Record<string, CodeMeaning>;

/** Said by `core/codeowners`, of a CODEOWNERS file. */
export const CODEOWNERS_CODES = {
  'codeowners-missing': { means: 'There is no CODEOWNERS file.', fix: 'Add one.' },
  'codeowners-several': { means: 'There is more than one; GitHub reads only the first.', fix: 'Keep one.' },
  'codeowners-case': { means: 'The file name is not written as GitHub looks for it.', fix: 'Rename it.' },
  'codeowners-too-large': { means: 'GitHub does not load a file of 3 MB or more.', fix: 'Make it smaller.' },
  'codeowners-fallback': {
    means: 'The first line is not `*`, so a path may have no owner.',
    fix: 'Begin with `* @organization/team`.',
  },
  'codeowners-hidden-character': { means: 'A character that is not seen.', fix: 'Remove it.' },
  'codeowners-owner-form': {
    means: 'An owner that is neither `@user` nor `@organization/team`.',
    fix: 'Name a team.',
  },
  'codeowners-owner-format': { means: 'A word that is no owner at all.', fix: 'Correct it.' },
  'codeowners-owner-joined': { means: 'Owners without a space between them name nobody.', fix: 'Separate them.' },
  'codeowners-owner-missing': { means: 'A line without owners makes its paths nobody’s.', fix: 'Name an owner.' },
  'codeowners-pattern-anchor': { means: 'A pattern that does not begin with `/`.', fix: 'Write it from the root.' },
  'codeowners-pattern-character': { means: 'A character whose meaning is not certain.', fix: 'Use `*` for it.' },
  'codeowners-pattern-control': { means: 'A control character in a pattern.', fix: 'Remove it.' },
  'codeowners-pattern-escape': { means: 'A backslash ends the line.', fix: 'Remove it.' },
  'codeowners-pattern-globstar': {
    means: '`**` where its meaning is not certain.',
    fix: 'Use it as a whole segment.',
  },
  'codeowners-pattern-hash': { means: 'A `#` in a pattern, which begins a comment.', fix: 'Match it with `?`.' },
  'codeowners-pattern-negation': {
    means: 'A pattern with `!`, which GitHub does not know.',
    fix: 'Add a later line.',
  },
  'codeowners-pattern-never': { means: 'A pattern that never matches.', fix: 'Correct it.' },
  'codeowners-pattern-range': { means: 'A range with `[ ]`, which does not work.', fix: 'One line for each case.' },
  'codeowners-pattern-stars': { means: 'Three stars in a row.', fix: 'Use `*` or `**`.' },
  'codeowners-rule-empty': { means: 'A line without a pattern.', fix: 'Write one.' },
} as const satisfies Record<string, CodeMeaning>;

/** The list as Markdown, in the order above. */
export function issueReference(): string {
  const table = (codes: Readonly<Record<string, CodeMeaning>>) => [
    '| code | means | fix |',
    '|---|---|---|',
    ...Object.entries(codes).map(([code, { means, fix }]) => `| <a id="${code}"></a>\`${code}\` | ${means} | ${fix} |`),
  ];
  return [
    '# Issues',
    '',
    'What `gatepass check` and the check on a pull request can say about a file. Codes are stable: never renamed, never',
    'reused. Each issue comes with its place, what was found, what was expected, and a fix. Made by `npm run schema`.',
    '',
    '## Documents',
    '',
    ...table(ISSUE_CODES),
    '',
    '## Code owners',
    '',
    ...table(CODEOWNERS_CODES),
    '',
  ].join('\n');
}

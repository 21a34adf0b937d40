/** What a pull request holds, and how it is read. */
import type { Threat } from '../catalog.ts';

export const FILES: readonly Threat[] = [
  {
    number: 28,
    attack: 'the list of files is cut short, and the rest is not seen',
    defence:
      'As many files as GitHub counts, at most ten in a request (`core/policy/pull-shape.ts`); and the trees must confirm the list, path by path (`github/changes.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known. Trees above 100,000 entries are an error.',
    live: null,
  },
  {
    number: 29,
    attack: 'a file is renamed, copied or moved into the path of a weaker owner',
    defence:
      'Both ends of a rename count for the kind and the owners (`core/policy/pull-kind.ts`, `core/policy/decide-policy.ts`); a request is `added` and nothing else (`core/policy/request-file.ts`); an unknown status is an error (`github/changes.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 30,
    attack: 'a symbolic link shows one content and is another',
    defence:
      'Bytes come from the git blob and modes from the tree (`github/tree.ts`); a link is refused, wherever it is (`core/policy/pull-shape.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 31,
    attack: 'a submodule or an executable file is added',
    defence:
      'A request and a governing file have the mode 100644; submodules are refused everywhere (`core/policy/request-file.ts`, `core/policy/pull-shape.ts`, `core/policy/decide-policy.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'Scripts outside `policies/` and `requests/` may be executable, with their owners’ approval.',
    live: null,
  },
  {
    number: 32,
    attack:
      'two paths look alike: case, Unicode form, control characters, `..`, `.yml`, or the gates match them differently',
    defence:
      'One module says for both gates and the command line which path is a request: lower-case ASCII (`core/document/paths.ts`); any spelling of the folder counts as inside it (`core/policy/pull-kind.ts`), and paths that fold together are refused (`core/policy/pull-shape.ts`).',
    levels: ['P'],
    gates: 'both',
    residual:
      'A collision with a file that is on the branch already cannot arise among paths of requests, which have one form.',
    live: null,
  },
  {
    number: 33,
    attack: '`.gitattributes`, LFS or line endings make a checkout hold other bytes than were reviewed',
    defence: 'Nothing is checked out: both gates read blobs by their id (`github/tree.ts`).',
    levels: ['F'],
    gates: 'both',
    residual: 'GitHub’s page may show filtered text to an approver; what counts is shown in the check.',
    live: null,
  },
  {
    number: 34,
    attack: 'a huge file exhausts the gate',
    defence:
      'The size comes from the tree: above 64 KiB a blob is not fetched (`github/tree.ts`), and the request is refused (`core/policy/request-file.ts`).',
    levels: ['U', 'F'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 35,
    attack: 'an alias bomb explodes when it is read or written out',
    defence:
      'Anchors and aliases are refused from the event stream, before anything is built (`core/document/yaml-events.ts`); the parser itself allows none.',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 36,
    attack: 'duplicate keys, such as `1` and `"1"`, say one thing to one reader and another to the next',
    defence: 'A key is text and there once (`core/document/yaml-events.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 37,
    attack: 'a key such as `__proto__` changes the prototype of an object',
    defence:
      'Such keys are refused (`core/document/yaml-events.ts`), and names are looked up as own properties only (`core/policy/lookup.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 38,
    attack: 'tags, several documents, deep nesting or a NUL slip through the parser',
    defence:
      'One document, no tags, at most ten levels, no control characters, strict UTF-8 (`core/document/yaml-events.ts`, `core/document/yaml-text.ts`).',
    levels: ['U'],
    gates: 'both',
    residual: 'None known.',
    live: null,
  },
  {
    number: 39,
    attack:
      'homoglyphs, bidirectional or invisible characters, or Markdown mislead whoever reads the check, comment, summary or terminal',
    defence:
      'Names are ASCII and invisible characters are refused in documents (`core/document/yaml-text.ts`); text of others is made inert wherever it is shown, and no command to the runner of a job (`core/explain/escape.ts`, `sweep/summary.ts`, `cli/harmless.ts`).',
    levels: ['P', 'F'],
    gates: 'both',
    residual: 'Visible lies stay possible: a reason can claim anything, in letters of any script.',
    live: null,
  },
  {
    number: 40,
    attack: 'a duration is absurd, negative or infinite, or an instant has no zone',
    defence:
      'Whole numbers with a unit and RFC 3339 instants with an offset, nothing else (`core/time.ts`); every rule has a maximum or a guardrail bounds it (`core/policy/bounds.ts`).',
    levels: ['P'],
    gates: 'both',
    residual: 'A policy without `max` on a rule is as long as its guardrails let it be.',
    live: null,
  },
  {
    number: 41,
    attack: 'a pattern in a policy or in CODEOWNERS takes exponential time',
    defence:
      'No regular expressions in policies (`core/policy/condition-syntax.ts`); a pattern and a path are looked at no more often than their lengths multiplied (`core/codeowners/segment-glob.ts`, `core/codeowners/rule-index.ts`).',
    levels: ['U', 'P'],
    gates: 'both',
    residual: 'Policies are reviewed text: a long one is slow to read, not to run.',
    live: null,
  },
];

/**
 * Walks the events of js-yaml once, notes where each part stands, and refuses by name what YAML can do and a document
 * here may not: aliases, anchors, tags, merge keys, keys twice, keys that are no text, depth (threats 35 to 38, 40).
 */
import {
  boolCoreTag,
  COLLECTION_STYLE,
  EVENT_ID,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  type parseEvents,
  SCALAR_STYLE,
} from 'js-yaml';
import type { Issue } from './issue.ts';
import { issueAt, LINE_BREAK, type NodeRanges, pointer, type Range, spanOf, type Words } from './yaml-document.ts';
import { escapedIssue } from './yaml-text.ts';
import {
  ALIAS,
  ANCHOR,
  DIRECTIVE,
  DUPLICATE_KEY,
  KEY_NOT_TEXT,
  MAX_DEPTH,
  MERGE_KEY,
  NOT_EXACT,
  NOT_FINITE,
  RESERVED_KEY,
  TAG,
  type Template,
  TOO_DEEP,
} from './yaml-words.ts';

type Event = ReturnType<typeof parseEvents>[number];
type Scalar = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;
type Collection = Extract<Event, { type: typeof EVENT_ID.SEQUENCE | typeof EVENT_ID.MAPPING }>;

/** More of the same helps nobody. */
const MAX_SAID = 5;

export interface Walked {
  readonly ranges: ReadonlyMap<string, NodeRanges>;
  readonly issues: readonly Issue[];
  /** How many documents the file holds. */
  readonly documents: number;
}

export function walkEvents(events: readonly Event[], text: string, file: string): Walked {
  const walk = new Walk(text, file);
  for (const event of events) walk.take(event);
  return { ranges: walk.ranges, issues: walk.issues, documents: walk.documents };
}

/** An open document, sequence or mapping. */
interface Frame {
  readonly kind: 'document' | 'sequence' | 'mapping';
  readonly path: string;
  readonly key: Range | null;
  readonly start: number;
  readonly closing: string | null;
  /** Of a mapping: the keys so far, and the one whose value comes next. */
  readonly keys: Set<string>;
  pending: { readonly name: string; readonly range: Range } | null;
  /** Of a sequence: how many items so far. */
  items: number;
  /** This collection is itself a key, which is refused. */
  readonly isKey: boolean;
}

class Walk {
  readonly ranges = new Map<string, NodeRanges>();
  readonly issues: Issue[] = [];
  documents = 0;
  private readonly text: string;
  private readonly file: string;
  private readonly frames: Frame[] = [];
  private end = 0;
  private readonly said = new Map<string, number>();

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  take(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.documents += 1;
        this.frames.push({ ...NOTHING_OPEN, kind: 'document', keys: new Set() });
        if (event.directives.length > 0) this.refuse(this.directive(), DIRECTIVE);
        return;
      case EVENT_ID.SCALAR:
        this.properties(event);
        this.scalar(event);
        return;
      case EVENT_ID.ALIAS: {
        const range = { start: event.anchorStart - 1, end: event.anchorEnd };
        this.refuse(range, ALIAS);
        this.node(range, this.source(range));
        return;
      }
      case EVENT_ID.POP:
        this.close();
        return;
      default:
        this.properties(event);
        this.open(event);
    }
  }

  private scalar(event: Scalar): void {
    const range = this.scalarRange(event);
    const value = getScalarValue(this.text, event);
    const isPlain = event.style === SCALAR_STYLE.PLAIN;
    if (event.style === SCALAR_STYLE.DOUBLE_QUOTED) {
      const words = escapedIssue(value);
      // What stands in the source as it is was found there already.
      if (words !== null && this.source(range).includes('\\')) this.refuse(range, words);
    }
    const frame = this.top();
    if (frame.kind === 'mapping' && frame.pending === null) {
      this.key(frame, value, range, isPlain);
      return;
    }
    if (isPlain) this.number(value, range);
    this.node(range, value);
  }

  private key(frame: Frame, name: string, range: Range, isPlain: boolean): void {
    const source = this.source(range);
    if (isPlain && isNotText(name)) this.refuse(range, { ...KEY_NOT_TEXT, found: source === '' ? 'nothing' : source });
    else if (name === '<<') this.refuse(range, MERGE_KEY);
    else if (RESERVED.has(name)) this.refuse(range, { ...RESERVED_KEY, found: name });
    else if (frame.keys.has(name)) this.refuse(range, { ...DUPLICATE_KEY, message: `\`${name}\` is written twice` });
    frame.keys.add(name);
    frame.pending = { name, range };
    this.end = Math.max(this.end, range.end);
  }

  private number(value: string, range: Range): void {
    const read = [intCoreTag, floatCoreTag]
      .map((tag) => tag.resolve(value, false, tag.tagName))
      .find((result) => result !== NOT_RESOLVED);
    if (typeof read !== 'number') return;
    if (!Number.isFinite(read)) this.refuse(range, { ...NOT_FINITE, found: value });
    else if (Math.abs(read) > Number.MAX_SAFE_INTEGER) this.refuse(range, { ...NOT_EXACT, found: value });
  }

  private open(event: Collection): void {
    const { path, key } = this.place();
    const frame = this.top();
    const isKey = frame.kind === 'mapping' && frame.pending === null;
    const start = event.start;
    if (isKey) this.refuse({ start, end: start + 1 }, { ...KEY_NOT_TEXT, found: 'a list or a mapping' });
    const isSequence = event.type === EVENT_ID.SEQUENCE;
    const closing = event.style === COLLECTION_STYLE.FLOW ? (isSequence ? ']' : '}') : null;
    const kind = isSequence ? 'sequence' : 'mapping';
    this.frames.push({ kind, path, key, start, closing, keys: new Set(), pending: null, items: 0, isKey });
    this.end = Math.max(this.end, start + 1);
    if (this.frames.length - 1 > MAX_DEPTH) this.refuse({ start, end: start + 1 }, TOO_DEEP);
  }

  private close(): void {
    const frame = this.frames.pop() as Frame;
    if (frame.kind === 'document') return;
    if (frame.closing !== null) this.end = this.text.indexOf(frame.closing, this.end) + 1;
    const parent = this.top();
    const range = { start: frame.start, end: this.end };
    if (frame.isKey) parent.pending = { name: this.source(range), range };
    else this.settle(frame.path, { key: frame.key, value: range });
  }

  /** A scalar or an alias in the place of a value. */
  private node(range: Range, name: string): void {
    const frame = this.top();
    if (frame.kind === 'mapping' && frame.pending === null) {
      frame.pending = { name, range };
      return;
    }
    const { path, key } = this.place();
    this.settle(path, { key, value: range });
    this.end = Math.max(this.end, range.end);
  }

  /** Notes where a finished value stands, and moves its parent on to the next. */
  private settle(path: string, ranges: NodeRanges): void {
    const parent = this.top();
    this.ranges.set(path, ranges);
    parent.pending = null;
    parent.items += 1;
  }

  /** The pointer and key of the value that comes next. */
  private place(): { path: string; key: Range | null } {
    const frame = this.top();
    if (frame.kind === 'document') return { path: '', key: null };
    if (frame.kind === 'sequence') return { path: pointer(frame.path, frame.items), key: null };
    return { path: pointer(frame.path, frame.pending?.name ?? ''), key: frame.pending?.range ?? null };
  }

  private properties(event: Scalar | Collection): void {
    if (event.anchorStart >= 0) this.refuse({ start: event.anchorStart - 1, end: event.anchorEnd }, ANCHOR);
    if (event.tagStart >= 0) this.refuse({ start: event.tagStart, end: event.tagEnd }, TAG);
  }

  /** With its quotes; where nothing is written, the end of what came before. */
  private scalarRange(event: Scalar): Range {
    if (event.valueStart < 0) return { start: this.end, end: this.end };
    const quotes = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
    return { start: event.valueStart - quotes, end: event.valueEnd + quotes };
  }

  private directive(): Range {
    const start = this.text.search(/^%/m);
    return { start, end: start + (this.text.slice(start).split(LINE_BREAK, 1)[0] as string).length };
  }

  private refuse(range: Range, words: Template | Words): void {
    const said = (this.said.get(words.code) ?? 0) + 1;
    this.said.set(words.code, said);
    if (said > MAX_SAID) return;
    const found = words.found ?? this.source(range);
    this.issues.push(issueAt(spanOf(this.file, this.text, range), { ...words, found }));
  }

  private source(range: Range): string {
    return this.text.slice(range.start, range.end);
  }

  private top(): Frame {
    return this.frames.at(-1) as Frame;
  }
}

const NOTHING_OPEN = { path: '', key: null, start: 0, closing: null, pending: null, items: 0, isKey: false } as const;

/** Whether YAML's core schema reads it as `null`, a truth value or a number. */
function isNotText(plain: string): boolean {
  return [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag].some(
    (tag) => tag.resolve(plain, false, tag.tagName) !== NOT_RESOLVED,
  );
}

/** Own properties in YAML, but the prototype in the next library that copies the object. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { inspectYaml, readYaml } from '../../../core/document/read-yaml.ts';
import { spanAt, type YamlDocument } from '../../../core/document/yaml-document.ts';

function documentOf(text: string): YamlDocument {
  const parsed = readYaml(text, 'f.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

function said(text: string): string[] {
  return readYaml(text, 'f.yaml').issues.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

describe('what is relied on in js-yaml', () => {
  it('keeps an unquoted date a string', () => {
    expect(load('day: 2026-01-01')).toEqual({ day: '2026-01-01' });
  });

  it('keeps words of YAML 1.1 and times of day strings', () => {
    expect(load('{ a: yes, b: off, c: 09:00, d: 012 }')).toEqual({ a: 'yes', b: 'off', c: '09:00', d: 12 });
  });

  it('refuses a key that is written twice', () => {
    expect(() => load('a: 1\na: 2')).toThrow('duplicated mapping key');
  });

  it('makes `__proto__` an own property, which is refused here all the same', () => {
    expect(Object.keys(load('__proto__: 1') as object)).toEqual(['__proto__']);
  });
});

describe('readYaml', () => {
  it('gives the value and where each part of it stands', () => {
    const document = documentOf('# note\na: one\nb:\n  - { c: "två", d: 2 }\n  - |\n    long\n    text\n');
    expect(document.value).toEqual({ a: 'one', b: [{ c: 'två', d: 2 }, 'long\ntext\n'] });
    const at = (path: string, part: 'key' | 'value') => {
      const { line, column, length } = spanAt(document, path, part);
      return `${line}:${column}+${length}`;
    };
    expect(at('/a', 'key')).toBe('2:1+1');
    expect(at('/a', 'value')).toBe('2:4+3');
    expect(at('/b/0', 'value')).toBe('4:5+18');
    expect(at('/b/0/c', 'value')).toBe('4:10+5');
    expect(at('/b/0/d', 'key')).toBe('4:17+1');
    expect(at('/b/1', 'key')).toBe('6:1+8');
    expect(at('/b/0/missing', 'value')).toBe('4:5+18');
    expect(at('/missing', 'value')).toBe('1:1+1');
    expect(at('', 'value')).toBe('1:1+1');
  });

  it('counts columns in characters, not in UTF-16 units', () => {
    const document = documentOf('"😀😀": { x: y }');
    expect(spanAt(document, '/😀😀/x', 'value').column).toBe(12);
  });

  it('keeps names with slashes and tildes apart', () => {
    const document = documentOf('"a/b": 1\n"a~1b": 2\n');
    expect(spanAt(document, '/a~1b', 'value').line).toBe(1);
    expect(spanAt(document, '/a~01b', 'value').line).toBe(2);
  });

  it('reads Windows line ends, and refuses a lone return', () => {
    expect(documentOf('a: 1\r\nb: 2\r\n').value).toEqual({ a: 1, b: 2 });
    expect(said('a: 1\rb: 2\n')).toEqual(['yaml-control-character 1:5']);
  });

  it.each([
    ['an emoji', 'a: "😀 done"'],
    ['accents and other scripts', 'a: Żółć, 東京, ελληνικά'],
    ['a line break that is escaped', 'a: "one\\ntwo"'],
    ['the highest exact number', 'a: 9007199254740991'],
    ['a fraction', 'a: -1.5'],
    ['a document with its marks', '---\na: 1\n...\n'],
    ['ten levels', 'a: [[[[[[[[[1]]]]]]]]]'],
    ['64 KiB', `a: ${'x'.repeat(65_536 - 3)}`],
  ])('reads %s', (_, text) => {
    expect(said(text)).toEqual([]);
  });

  it.each([
    ['one byte over 64 KiB', `a: ${'x'.repeat(65_536 - 2)}`, ['yaml-too-large 1:1']],
    ['64 KiB of characters that take more bytes', `a: ${'é'.repeat(33_000)}`, ['yaml-too-large 1:1']],
    ['a lone surrogate', 'a: \ud800', ['yaml-encoding 1:4']],
    ['the replacement character', 'a: \ufffd', ['yaml-encoding 1:4']],
    ['a byte order mark at the start', '\ufeffa: 1', ['yaml-byte-order-mark 1:1']],
    ['a byte order mark elsewhere', 'a: x\ufeff', ['yaml-invisible-character 1:5']],
    ['a filler that draws nothing', 'a: \u3164', ['yaml-invisible-character 1:4']],
    ['a line separator', 'a: b\u2028c', ['yaml-invisible-character 1:5']],
    ['an escaped tab', 'a: "\\t"', ['yaml-tab 1:4']],
    ['eleven levels', 'a: [[[[[[[[[[1]]]]]]]]]]', ['yaml-too-deep 1:13']],
    ['a hundred and one levels', '['.repeat(101), ['yaml-too-deep 1:100']],
    ['only comments', '# a\n# b\n', ['yaml-empty 1:1']],
    ['the word null', 'null', ['yaml-empty 1:1']],
    ['a number', '42', ['yaml-not-a-mapping 1:1']],
    ['an alias to itself', 'a: &a [*a]', ['yaml-anchor 1:4', 'yaml-alias 1:8']],
    ['an alias as a key', '*a : 1', ['yaml-alias 1:1']],
    ['a merge key in quotes', '"<<": 1', ['yaml-merge-key 1:1']],
    ['a key without a name', ': 1', ['yaml-key-not-text 1:2']],
    ['a mapping as a key', '{ ? { a: 1 } : 2 }', ['yaml-key-not-text 1:5']],
    ['the constructor', 'a: { constructor: 1, prototype: 2 }', ['yaml-reserved-key 1:6', 'yaml-reserved-key 1:22']],
    ['a tag of its own', '%TAG !e! tag:e,2026:\n---\na: !e!x 1', ['yaml-directive 1:1', 'yaml-tag 3:4']],
    ['a negative infinity', 'a: -.inf\nb: .nan', ['yaml-number-not-finite 1:4', 'yaml-number-not-finite 2:4']],
    ['a negative number too large', 'a: -9007199254740992', ['yaml-number-not-exact 1:4']],
    ['three documents', 'a: 1\n---\nb: 1\n---\nc: 1\n', ['yaml-several-documents 2:1']],
    ['a second document that is empty', 'a: 1\n---\n', ['yaml-several-documents 2:1']],
    ['nothing but marks', '---\n---\n', ['yaml-several-documents 2:1']],
    ['a second document without a mark', 'a: 1\n...\nb: 1\n', ['yaml-several-documents 2:1']],
    [
      'a mark behind a byte order mark',
      'a: 1\n\ufeff---\nb: 1',
      ['yaml-invisible-character 2:1', 'yaml-several-documents 1:1'],
    ],
    ['a bracket that is not closed', 'a: [1', ['yaml-syntax 1:5']],
    ['a quote that is not closed', 'a: "x', ['yaml-syntax 1:5']],
  ])('refuses %s', (_, text, expected) => {
    expect(said(text)).toEqual(expected);
  });

  it('says at most twenty characters, and each other thing at most five times', () => {
    expect(said(`a: x${'\u200b'.repeat(50)}`)).toHaveLength(20);
    expect(said(`a: [${'*a, '.repeat(50)}]`)).toHaveLength(5);
  });

  it('explains a syntax error by the character that causes it', () => {
    expect(said('a: b\u0000\n')).toEqual(['yaml-control-character 1:5']);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), yamlish()), (text) => {
        const parsed = readYaml(text, 'f.yaml');
        expect(parsed.ok || parsed.issues.length > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads what JSON writes, and finds every value where it stands', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9 /~.-]{0,8}$/);
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.stringMatching(/^[ -~]{0,12}$/));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), (value) => {
        const text = JSON.stringify(value);
        const document = documentOf(text);
        expect(JSON.stringify(document.value)).toBe(text);
        for (const { value: range } of document.ranges.values()) {
          expect(() => JSON.parse(text.slice(range.start, range.end))).not.toThrow();
        }
      }),
    );
  });
});

describe('inspectYaml', () => {
  it('hands out a document in which only characters are refused', () => {
    expect(inspectYaml('a:\tb', 'f').document?.value).toEqual({ a: 'b' });
    expect(inspectYaml('a: "\\u200b"', 'f').document?.value).toEqual({ a: '\u200b' });
  });

  it('hands out none when the value could be something else', () => {
    expect(inspectYaml('a: 1\na: 2', 'f').document).toBeNull();
    expect(inspectYaml('a: &x 1', 'f').document).toBeNull();
  });
});

/** Texts made of what YAML gives a meaning to. */
function yamlish() {
  const part = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '&a ',
    '*a',
    '!!str ',
    '"',
    "'",
    '|\n',
    '? ',
    '---\n',
    '#',
    '<<',
    '%TAG',
    '1',
    '.inf',
    '\t',
    '\\u202e',
  );
  return fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''));
}

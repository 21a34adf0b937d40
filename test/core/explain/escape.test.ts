import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, fitBytes, person, plain, plainJson, prose, shorten } from '../../../core/explain/escape.ts';

describe('prose', () => {
  it.each([
    ['a mention', 'ask @alice', 'ask @&#8203;alice'],
    ['a team mention', '@acme/orders', '@&#8203;acme/orders'],
    ['an issue number', 'closes #12', 'closes \\#&#8203;12'],
    ['a link in Markdown', '[click](https://evil.test)', '\\[click\\](https:&#8203;//evil.test)'],
    ['an image', '![x](https://evil.test/p.png)', '\\!\\[x\\](https:&#8203;//evil.test/p.png)'],
    ['a bare link', 'see https://evil.test', 'see https:&#8203;//evil.test'],
    ['a bare www link', 'see WWW.evil.test', 'see WWW&#8203;.evil.test'],
    ['HTML', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['an HTML comment that would hide the rest', '<!-- x', '&lt;\\!-- x'],
    ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['bold and italics', '**now** _or_ ~~never~~', '\\*\\*now\\*\\* \\_or\\_ \\~\\~never\\~\\~'],
    ['a table cell', 'a | b', 'a \\| b'],
    ['a formula', '$x$', '\\$x\\$'],
    ['a backslash', 'a\\b', 'a\\\\b'],
    ['line breaks', 'a\r\n\n# b\u2028c', 'a \\#&#8203; b c'],
    ['a colour code', '\u001b[31mred', '\\\\u{1b}\\[31mred'],
    ['a direction override', 'nimda\u202etoor', 'nimda\\\\u{202e}toor'],
    ['a zero-width space', 'ad\u200bmin', 'ad\\\\u{200b}min'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['input in backticks', 'found `@alice | <b>` here', 'found `@alice \\| <b>` here'],
    ['an odd backtick', 'found `@alice', 'found @&#8203;alice'],
  ])('makes %s harmless', (_, written, shown) => {
    expect(prose(written)).toBe(shown);
  });

  it('lets no mention, tag or link through, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('@', '`', '<', 'a', '#', '|', '\\', '[', '](', 'https://', '\n', ' ') }),
        (text) => {
          const outside = prose(text).replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
          expect(outside).not.toMatch(/@a|<a|#a|https:\/\//);
          expect(prose(text)).not.toContain('\n');
        },
      ),
    );
  });
});

describe('code', () => {
  it.each([
    ['plain text', 'a', '`a`'],
    ['a backtick', 'a`b', '`` a`b ``'],
    ['a fence', '```', '```` ``` ````'],
    ['a pipe', 'a|b', '`a\\|b`'],
    ['nothing', ' \n ', '` `'],
    ['hidden characters', '\u202e', '`\\u{202e}`'],
  ])('wraps %s', (_, written, shown) => {
    expect(code(written)).toBe(shown);
  });

  it('shows a person without calling them', () => {
    expect(person('alice')).toBe('`@alice`');
  });
});

describe('plain', () => {
  it('keeps letters of every script and emoji', () => {
    expect(plain('Grüße, 世界 🎉')).toBe('Grüße, 世界 🎉');
  });
});

describe('plainJson', () => {
  it('shows nothing that acts or hides, and is the same value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u007f', '\u2028', '\u{e0041}', '🎉', '\ud800') }),
        (text) => {
          const shown = plainJson({ [text]: [text] });
          expect(shown).not.toMatch(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/u);
          expect(JSON.parse(shown)).toEqual({ [text]: [text] });
        },
      ),
    );
  });

  it.each([
    ['a direction override', '\u202e', '"\\u202e"'],
    ['a control character of Latin 1', '\u009b', '"\\u009b"'],
    ['a tag, which takes two units', '\u{e0041}', '"\\udb40\\udc41"'],
  ])('writes out %s as JSON does', (_, value, text) => {
    expect(plainJson(value)).toBe(text);
  });
});

describe('shorten', () => {
  it.each([
    ['fits', 5, 'abcde', 'abcde'],
    ['does not fit', 4, 'abcde', 'abc…'],
    ['has wide characters', 3, '🎉🎉🎉', '🎉🎉🎉'],
    ['has too many of them', 2, '🎉🎉🎉', '🎉…'],
  ])('cuts by characters what %s', (_, most, text, short) => {
    expect(shorten(text, most)).toBe(short);
  });
});

describe('fitBytes', () => {
  const CUT = '\n\n… cut short here.';
  const bytes = (text: string) => new TextEncoder().encode(text).length;

  it('leaves alone what fits to the byte', () => {
    expect(fitBytes('é'.repeat(10), 20)).toBe('é'.repeat(10));
  });

  it('cuts between lines', () => {
    expect(fitBytes(`first\nsecond ${'x'.repeat(50)}`, 40)).toBe(`first${CUT}`);
  });

  it('cuts inside a line that is longer than the room', () => {
    expect(fitBytes('x'.repeat(100), 40)).toBe(`${'x'.repeat(40 - bytes(CUT))}${CUT}`);
  });

  it('never exceeds the limit nor splits a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '世', '🎉', '\n', '\ud800'), maxLength: 200 }),
        (text) => {
          const fitted = fitBytes(text, 64);
          expect(bytes(fitted)).toBeLessThanOrEqual(64);
          expect(fitted.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

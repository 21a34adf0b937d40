import { describe, expect, it } from 'vitest';
import { attentionOf } from '../../sweep/report.ts';
import { summaryMarkdown } from '../../sweep/summary.ts';
import { grantRead, READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld } from '../support/world.ts';

describe('a sweep’s summary', () => {
  it('says what was granted and what is due next', async () => {
    const world = aWorld();
    grantRead(world);
    expect(summaryMarkdown(await world.sweep())).toMatchInlineSnapshot(`
      "## Gatepass sweep \`1/1\`

      5 ledger entries written. Next due: 2026-11-23 12:00 UTC.

      ### Granted

      | what | grant | why | due | result |
      |---|---|---|---|---|
      | \`alice in app_read\` | \`1-c911eb13\` | granted | 2026-11-23 10:00 UTC | done |
      "
    `);
  });

  it('says that there was nothing to do', async () => {
    expect(summaryMarkdown(await aWorld().sweep())).toContain(
      'Nothing to do. 0 ledger entries written. Nothing is due.',
    );
  });

  it('puts what needs a person first, the critical before the rest', async () => {
    const world = aWorld();
    world.github.push({ [READ]: aRequest(), 'policies/settings.yaml': 'x: 1\n' });
    const report = await world.sweep();
    expect(attentionOf(report).map(({ key, severity }) => [key, severity])).toEqual([
      ['governing-refused', 'critical'],
      [`quarantined:${READ}`, 'warning'],
    ]);
    expect(summaryMarkdown(report)).toContain('### Not granted');
  });

  it('calls nobody and links nowhere with the words of others', async () => {
    const world = aWorld();
    grantRead(world);
    world.target.before = () => {
      throw new Error('see @acme/security at https://evil.example <img src=x> | `x`');
    };
    const markdown = summaryMarkdown(await world.sweep());
    expect(markdown).not.toMatch(/@acme|https:\/\/evil|<img/);
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { actionRunner, bindingProblems, openProvider, providers } from '../../providers/registry.ts';
import { scriptedGitHub } from '../support/scripted-github.ts';

describe('the registry', () => {
  it('knows every provider by its type', () => {
    expect(Object.entries(providers).map(([type, definition]) => [type, definition.type])).toEqual([
      ['github-team', 'github-team'],
      ['postgres', 'postgres'],
    ]);
  });

  it('opens a provider and the runner', async () => {
    const { io } = scriptedGitHub({});
    const provider = await openProvider('github-team', { organization: 'acme' }, io);
    await expect(provider.observe([])).resolves.toEqual([]);
    await provider.close();
    expect(Object.keys(actionRunner(io)).sort()).toEqual(['find', 'follow', 'start']);
  });

  it.each(['mysql', 'constructor'])('does not know `%s`', async (type) => {
    await expect(openProvider(type, {}, scriptedGitHub({}).io)).rejects.toMatchObject({
      code: 'unknown-provider',
      message: `there is no provider \`${type}\`; there are \`github-team\`, \`postgres\``,
    });
  });

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['postgres', { credentials: 'ORDERS_PG' }, { role: 'app_read' }, []],
    [
      'postgres',
      {},
      { rolle: 'x' },
      [
        'postgres: `credentials` is missing',
        'postgres grant has no setting `rolle`; there are `role`',
        'postgres grant: `role` is missing',
      ],
    ],
    [
      'github-team',
      { organization: 'acme' },
      { team: 'x', role: 'owner' },
      ['github-team grant: `role` is `owner`; expected one of `member`, `maintainer`'],
    ],
    ['mysql', {}, {}, ['there is no provider `mysql`; there are `github-team`, `postgres`']],
  ])('finds what is wrong with a binding of %s %j %j', (type, config, target, expected) => {
    expect(bindingProblems(type, config, target)).toEqual(expected);
  });

  it.each(Object.values(providers))('describes the settings of $type', ({ configSchema, targetSchema }) => {
    for (const schema of [configSchema, targetSchema]) {
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      for (const setting of Object.values(schema['properties'] as object)) expect(setting.description).not.toBe('');
    }
  });
});

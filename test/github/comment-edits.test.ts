import { describe, expect, it } from 'vitest';
import { neverEdited } from '../../github/comment-edits.ts';
import { wire } from '../support/wire.ts';

const node = (id: number, lastEditedAt: string | null = null) => ({ fullDatabaseId: String(id), lastEditedAt });
const comments = (...ids: readonly number[]) => ids.map((id) => ({ id, nodeId: `IC_${id}` }));
const told = (body: unknown) => wire({ 'POST /graphql': { body } }).github;

describe('neverEdited', () => {
  it('names those that nobody edited, and is not kept from it by one that is gone', async () => {
    const errors = [{ type: 'NOT_FOUND', path: ['nodes', 1], message: 'Could not resolve to a node' }];
    const nodes = [node(1), null, node(3, '2026-11-23T10:00:00Z'), node(4)];
    expect(await neverEdited(told({ data: { nodes }, errors }), comments(1, 2, 3, 4))).toEqual(new Set([1, 4]));
  });

  it('asks about a hundred at once, and about none of none', async () => {
    const sent: number[] = [];
    const { github } = wire({
      'POST /graphql': ({ body }) => {
        const { ids } = (body as { variables: { ids: readonly string[] } }).variables;
        sent.push(ids.length);
        return { body: { data: { nodes: ids.map((id) => node(Number(id.slice(3)))) } } };
      },
    });
    expect(await neverEdited(github, [])).toEqual(new Set());
    const many = Array.from({ length: 101 }, (_, index) => index + 1);
    expect([...(await neverEdited(github, comments(...many)))]).toEqual(many);
    expect(sent).toEqual([100, 1]);
  });

  it.each([
    ['another comment', { data: { nodes: [node(2)] } }, 'unexpected'],
    ['no word of edits', { data: { nodes: [{ fullDatabaseId: '1' }] } }, 'unexpected'],
    ['fewer than were asked for', { data: { nodes: [] } }, 'unexpected'],
    [
      'that just its edits are not there',
      {
        data: { nodes: [node(1)] },
        errors: [{ type: 'NOT_FOUND', path: ['nodes', 0, 'lastEditedAt'], message: 'no' }],
      },
      'not-found',
    ],
    ['that nothing is there', { errors: [{ type: 'NOT_FOUND', message: 'no' }] }, 'not-found'],
    [
      'that it may not be seen',
      { data: { nodes: [null] }, errors: [{ type: 'FORBIDDEN', path: ['nodes', 0], message: 'no' }] },
      'forbidden',
    ],
  ])('takes no answer for one that tells %s', async (_, body, code) => {
    await expect(neverEdited(told(body), comments(1))).rejects.toMatchObject({ code });
  });
});

import { describe, expect, it } from 'vitest';
import type { GitHub } from '../../github/client.ts';
import { GRAPHQL } from '../../github/graphql.ts';
import { readOnly } from '../../github/read-only.ts';

function aPort(): { readonly port: GitHub; readonly sent: string[] } {
  const sent: string[] = [];
  const github: GitHub = {
    request: async (route) => {
      sent.push(route);
      return { status: 200, headers: {}, data: null };
    },
  };
  return { port: readOnly(github), sent };
}

describe('a port that only reads', () => {
  it.each([
    ['GET /repos/{owner}/{repo}', {}],
    [GRAPHQL, { query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }' }],
  ])('sends %s', async (route, parameters) => {
    const { port, sent } = aPort();
    await port.request(route, parameters);
    expect(sent).toEqual([route]);
  });

  it.each([
    ['POST /repos/{owner}/{repo}/git/blobs', {}],
    ['PATCH /repos/{owner}/{repo}/git/refs/{ref}', {}],
    ['PUT /orgs/{org}/teams/{team_slug}/memberships/{username}', {}],
    ['DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}', {}],
    ['get /repos/{owner}/{repo}', {}],
    [GRAPHQL, { query: 'query { viewer { id } } mutation { addStar(input: {}) { id } }' }],
  ])('refuses %s before it is sent', async (route, parameters) => {
    const { port, sent } = aPort();
    await expect(port.request(route, parameters)).rejects.toThrow('would write, and this only reads');
    expect(sent).toEqual([]);
  });
});

/** The corner of GraphQL that the look-alike has: when a review or a comment was edited, and by whom. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { neverEdited } from '../../../github/comment-edits.ts';
import { ask } from '../../../github/graphql.ts';
import { readReviews } from '../../../github/reviews.ts';
import { ACCESS, type AcmeWorld, acmeWorld } from '../../support/acme.ts';
import { aHub, asInstallation, refusal, type TestHub, withToken } from '../../support/hub.ts';

let running: TestHub;
let acme: AcmeWorld;
let number: number;
let review: { id: number; node: string };

const REVIEW = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on PullRequestReview { state lastEditedAt } } }';

beforeAll(async () => {
  running = await aHub();
  acme = await acmeWorld(running.hub);
  const files = { 'docs/x.md': 'x\n' };
  ({ number } = await acme.ask('alice', running.folder, { branch: 'ask', files }));
  const asked = { ...ACCESS, pull_number: number, event: 'APPROVE', body: 'limit: 1h' } as const;
  const { data } = await acme.as('bob').pulls.createReview(asked);
  review = { id: data.id, node: data.node_id };
});

afterAll(async () => {
  expect(running.problems()).toEqual([]);
  await running.stop();
});

const edit = (login: string, body: string) =>
  acme.as(login).pulls.updateReview({ ...ACCESS, pull_number: number, review_id: review.id, body });
const readIt = async () => {
  const [found] = await readReviews(asInstallation(running.hub, acme.gate), { owner: 'acme', name: 'access' }, number);
  return found;
};

describe('a review', () => {
  it('was never edited, until somebody who may write does', async () => {
    expect(await readIt()).toMatchObject({ limit: '1h', edited: null });
    await edit('bob', 'limit: 1h');
    expect(await readIt()).toMatchObject({ edited: null });
    await running.hub.clock.advance(60_000);
    await edit('alice', 'limit: 4h');
    expect(await readIt()).toMatchObject({
      limit: '4h',
      edited: { at: '2026-11-23T10:01:00.000Z', by: (await acme.as('alice').users.getAuthenticated()).data.id },
    });
  });
});

describe('a comment', () => {
  it('was never edited, until somebody who may write does, be it within the second', async () => {
    const on = asInstallation(running.hub, acme.gate);
    const write = (body: string) => acme.as('bob').issues.createComment({ ...ACCESS, issue_number: number, body });
    const { data: own } = await write('hello');
    const { data: bent } = await write('hello');
    const { data: gone } = await write('hello');
    await acme.as('alice').issues.updateComment({ ...ACCESS, comment_id: own.id, body: 'hello' });
    await acme.as('alice').issues.updateComment({ ...ACCESS, comment_id: bent.id, body: 'good bye' });
    await acme.as('alice').issues.deleteComment({ ...ACCESS, comment_id: gone.id });
    const asked = [own, bent, gone].map(({ id, node_id }) => ({ id, nodeId: node_id }));
    expect(await neverEdited(on, asked)).toEqual(new Set([own.id]));
    expect(await neverEdited(on, [])).toEqual(new Set());
    const by = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { body editor { login } } } }';
    expect(await ask(on, by, { ids: [bent.node_id] })).toEqual({
      nodes: [{ body: 'good bye', editor: { login: 'alice' } }],
    });
  });

  it('is not shown to an App that may read neither issues nor pull requests', async () => {
    const { data } = await acme.as('bob').issues.createComment({ ...ACCESS, issue_number: number, body: 'hello' });
    const app = await running.hub.addApp({ slug: 'deaf', owner: 'acme', permissions: { metadata: 'read' } });
    const asked = neverEdited(asInstallation(running.hub, app), [{ id: data.id, nodeId: data.node_id }]);
    await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('a query', () => {
  const send = (text: string, variables: object = { ids: [review.node] }) =>
    ask(acme.as('alice'), text, variables as Readonly<Record<string, unknown>>);

  it('gives what is asked for, and no more', async () => {
    const { nodes } = await send(REVIEW);
    expect(nodes).toEqual([{ id: review.node, state: 'APPROVED', lastEditedAt: '2026-11-23T10:01:00Z' }]);
  });

  it.each([
    ['a field that is not there', 'query ($ids: [ID!]!) { nodes(ids: $ids) { name } }', /Field 'name' doesn't exist/],
    [
      'a type that is not there',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Team { id } } }',
      /No such type Team/,
    ],
    ['fields of a scalar', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id { x } } }', /Selections can't be made/],
    ['a mutation', 'mutation { x }', /Parse error on "mutation"/],
    ['half a query', 'query { nodes', /Parse error on end/],
    ['more than one operation', `${REVIEW} query { nodes }`, /Parse error on "query"/],
    ['a variable of another type', 'query ($ids: [Int]) { nodes(ids: $ids) { id } }', /invalid value/],
  ])('is refused with %s', async (_, text, message) => {
    await expect(send(text)).rejects.toMatchObject({ code: 'unexpected', message: expect.stringMatching(message) });
  });

  it('finds nothing where nothing is, and takes a hundred ids at most', async () => {
    await expect(send(REVIEW, { ids: ['PRR_none'] })).rejects.toMatchObject({ code: 'not-found' });
    await expect(send(REVIEW, { ids: Array(101).fill(review.node) })).rejects.toMatchObject({ code: 'unexpected' });
    await expect(send(REVIEW, {})).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('is refused to nobody in particular, and to an App without the permission', async () => {
    const nobody = withToken(running.hub, '');
    expect((await refusal(nobody.request('POST /../graphql', { query: REVIEW, variables: {} }))).status).toBe(401);
    const app = await running.hub.addApp({ slug: 'nosy', owner: 'acme', permissions: { metadata: 'read' } });
    await expect(ask(asInstallation(running.hub, app), REVIEW, { ids: [review.node] })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

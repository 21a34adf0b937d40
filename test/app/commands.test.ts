import { describe, expect, it } from 'vitest';
import { answerCommand, commandIn, sweepsFor } from '../../app/commands.ts';
import { BASE, type Row } from '../support/wire.ts';
import { wiredGate } from '../support/wired-gate.ts';

describe('commandIn', () => {
  it.each([
    ['/gatepass explain', 'explain'],
    ['/gatepass return, please', 'unknown'],
    ['hello\n/gatepass  retry\nbye', 'retry'],
    ['/gatepass', 'unknown'],
    ['/gatepass approve', 'unknown'],
    ['/gatepassexplain', null],
    ['> /gatepass retry', null],
    ['try /gatepass retry', null],
    ['', null],
  ])('reads %j as %s', (body, command) => {
    expect(commandIn(body)).toBe(command);
  });
});

const AT = '2026-11-23T10:00:00Z';
const GRAPHQL = 'POST /graphql';
const comment = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: 5,
  node_id: 'IC_5',
  user: { id: 1001, login: 'alice', type: 'User' },
  body: '/gatepass retry',
  performed_via_github_app: null,
  ...over,
});

const pull = (merged: boolean, author = 1001) => {
  const repo = {
    id: 1,
    full_name: 'acme/access',
    default_branch: 'main',
    owner: { login: 'acme', type: 'Organization' },
  };
  const end = { ref: 'main', sha: 'a'.repeat(40), repo };
  const state = merged ? 'closed' : 'open';
  return {
    number: 7,
    title: '',
    user: { id: author, login: 'opener', type: 'User' },
    state,
    merged,
    created_at: AT,
    base: end,
    head: end,
    changed_files: 1,
    commits: 1,
  };
};

const REACT = `POST ${BASE}/issues/comments/5/reactions`;
const told = (lastEditedAt: string | null): Row => ({
  body: { data: { nodes: [{ fullDatabaseId: '5', lastEditedAt }] } },
});
const rows = (written: unknown, merged = false, author = 1001): Record<string, Row> => ({
  [`GET ${BASE}/issues/comments/5`]: { body: written },
  [GRAPHQL]: told(null),
  [`GET ${BASE}/pulls/7`]: { body: pull(merged, author) },
  [REACT]: { body: {} },
});

describe('answerCommand', () => {
  it('believes the comment as GitHub has it, and looks at the pull request again', async () => {
    const { gate, sent, enqueued } = wiredGate(rows(comment()));
    await answerCommand(gate, 7, 5);
    expect(sent.find(({ call }) => call === REACT)?.body).toEqual({ content: 'eyes' });
    expect(enqueued).toEqual([7]);
  });

  it.each([
    ['is a bot’s', comment({ user: { id: 1, login: 'x[bot]', type: 'Bot' } })],
    ['was written through an app', comment({ performed_via_github_app: { id: 3 } })],
    ['says something else now', comment({ body: 'never mind' })],
  ])('does nothing for a comment that %s', async (_, written) => {
    const { gate, sent, enqueued } = wiredGate(rows(written));
    await answerCommand(gate, 7, 5);
    expect(sent.map(({ call }) => call)).toEqual([`GET ${BASE}/issues/comments/5`]);
    expect(enqueued).toEqual([]);
  });

  it('does nothing for a comment that was edited since, be it within the second', async () => {
    const { gate, sent, enqueued } = wiredGate({ ...rows(comment()), [GRAPHQL]: told(AT) });
    await answerCommand(gate, 7, 5);
    expect(sent.map(({ call }) => call)).toEqual([`GET ${BASE}/issues/comments/5`, `GET ${BASE}/pulls/7`, GRAPHQL]);
    expect(enqueued).toEqual([]);
  });

  const PERMISSION = `GET ${BASE}/collaborators/alice/permission`;
  it.each(['admin', 'write'])('answers whoever may %s, though another opened the pull request', async (permission) => {
    const { gate, enqueued } = wiredGate({ ...rows(comment(), false, 1002), [PERMISSION]: { body: { permission } } });
    await answerCommand(gate, 7, 5);
    expect(enqueued).toEqual([7]);
  });

  it.each([
    ['retry', 'read'],
    ['explain', 'none'],
    ['return', 'read'],
    ['approve', 'read'],
  ])('answers no stranger’s /gatepass %s: it writes nothing, and looks at nothing', async (word, permission) => {
    const written = comment({ body: `/gatepass ${word}` });
    const { gate, sent, enqueued } = wiredGate({
      ...rows(written, true, 1002),
      [PERMISSION]: { body: { permission } },
    });
    await answerCommand(gate, 7, 5);
    const read = [`GET ${BASE}/issues/comments/5`, `GET ${BASE}/pulls/7`, PERMISSION];
    expect(sent.map(({ call }) => call)).toEqual(read);
    expect(enqueued).toEqual([]);
  });

  it('looks again without a reaction while GitHub asks for rest', async () => {
    const limited = { status: 403, body: { message: 'You have exceeded a secondary rate limit' } };
    const { gate, enqueued } = wiredGate({
      ...rows(comment()),
      [REACT]: { ...limited, headers: { 'retry-after': '60' } },
    });
    await answerCommand(gate, 7, 5);
    expect(enqueued).toEqual([7]);
  });

  it.each(['return', 'extend'])('is confused by /gatepass %s before the merge', async (word) => {
    const { gate, sent, enqueued } = wiredGate(rows(comment({ body: `/gatepass ${word}` })));
    await answerCommand(gate, 7, 5);
    expect(sent.at(-1)?.body).toEqual({ content: 'confused' });
    expect(enqueued).toEqual([]);
  });
});

describe('sweepsFor', () => {
  it('starts one sweep at once, and one more for however many ask soon after', async () => {
    const DISPATCH = `POST ${BASE}/actions/workflows/gatepass.yml/dispatches`;
    const { gate, sent } = wiredGate({
      [`GET ${BASE}`]: { body: { default_branch: 'main' } },
      [DISPATCH]: { status: 403, body: { message: 'no' } },
    });
    const set: { readonly seconds: number; readonly work: () => void }[] = [];
    const ask = sweepsFor(gate, {
      after: (seconds, work) => {
        set.push({ seconds, work });
        return () => {};
      },
    });
    const starts = () => sent.filter(({ call }) => call === DISPATCH).length;
    for (let at = 0; at < 50; at += 1) await ask();
    expect(starts()).toBe(1);
    expect(set.map(({ seconds }) => seconds)).toEqual([20]);
    set[0]?.work();
    await expect.poll(starts).toBe(2);
    set[1]?.work();
    await ask();
    expect(starts()).toBe(3);
  });
});

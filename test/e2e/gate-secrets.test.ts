/** The webhook secret while it is rotated: what either signed is taken, what neither signed is not. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEnvironment } from '../../app/environment.ts';
import { type StartedGate, startGate } from '../../app/main.ts';
import { type GateWorld, startGateWorld } from '../support/gate-world.ts';

describe('two webhook secrets', () => {
  let world: GateWorld;
  let gate: StartedGate;
  const [old, fresh] = ['the-old-webhook-secret', 'the-new-webhook-secret'];

  beforeAll(async () => {
    world = await startGateWorld();
    const checked = checkEnvironment({
      APP_ID: String(world.acme.gate.id),
      PRIVATE_KEY: world.acme.gate.privateKey,
      WEBHOOK_SECRET: `${fresh}, ${old}`,
      GITHUB_API_URL: `${world.hub.url}/api/v3`,
      ACCESS_REPOSITORY: 'acme/access',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'fatal',
    });
    if (!checked.ok) throw new Error(checked.problems.join('\n'));
    gate = await startGate(checked.value, { throttled: false });
  });
  afterAll(async () => {
    await gate?.stop();
    await world?.close();
  });

  const send = async (secret: string, signed: string, sent = signed) => {
    const signature = `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'membership',
      'x-github-delivery': '1',
      'x-hub-signature-256': signature,
    };
    const response = await fetch(`${gate.url}/api/github/webhooks`, { method: 'POST', headers, body: sent });
    return response.status;
  };
  const body = JSON.stringify({ action: 'added', organization: { login: 'acme' } });

  it.each([
    ['the new one', fresh, 200],
    ['the old one', old, 200],
    ['another', 'somebody-elses-secret', 400],
    ['none at all', '', 400],
    ['both in one', `${fresh}, ${old}`, 400],
  ])('takes what %s signed: status by status', async (_, secret, status) => {
    expect(await send(secret === '' ? 'x' : secret, body)).toBe(status);
  });

  it('takes no body that was changed after it was signed', async () => {
    expect(await send(fresh, body, body.replace('added', 'removed'))).toBe(400);
  });

  it('acts on what the old one signed: everything open is looked at again', async () => {
    await gate.gate.queue.idle();
    world.calls.length = 0;
    expect(await send(old, body)).toBe(200);
    await gate.gate.queue.idle();
    expect(world.calls).toContain('GET /repos/acme/access/pulls');
  });
});

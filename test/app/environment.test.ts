import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkEnvironment } from '../../app/environment.ts';

const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const WHOLE = {
  APP_ID: '7001',
  PRIVATE_KEY: PEM,
  WEBHOOK_SECRET: 'a-secret-that-is-long',
  ACCESS_REPOSITORY: 'acme/access',
} as const;

const check = (over: Readonly<Record<string, string | undefined>> = {}) => checkEnvironment({ ...WHOLE, ...over });
const value = (over?: Readonly<Record<string, string | undefined>>) => {
  const checked = check(over);
  if (!checked.ok) throw new Error(checked.problems.join('\n'));
  return checked.value;
};

describe('checkEnvironment', () => {
  it('fills in what is not told', () => {
    expect(value()).toEqual({
      appId: 7001,
      privateKey: PEM.trim(),
      webhookSecrets: ['a-secret-that-is-long'],
      api: 'https://api.github.com',
      web: 'https://github.com',
      host: 'localhost',
      port: 3000,
      repository: { owner: 'acme', name: 'access' },
      ledger: { owner: 'acme', name: 'access' },
      logLevel: 'info',
      writesPerMinute: 60,
      alertWebhook: null,
    });
  });

  it.each([
    ['line breaks written out', PEM.replaceAll('\n', '\\n')],
    ['base64', Buffer.from(PEM).toString('base64')],
  ])('reads a key with %s', (_, written) => {
    expect(value({ PRIVATE_KEY: written }).privateKey.trim()).toBe(PEM.trim());
  });

  it.each([
    ['GitHub Enterprise Server', 'https://git.acme.test/api/v3/', 'https://git.acme.test'],
    ['GitHub Enterprise Cloud with data residency', 'https://api.acme.ghe.com', 'https://acme.ghe.com'],
  ])('finds the pages of %s', (_, api, web) => {
    expect(value({ GITHUB_API_URL: api }).web).toBe(web);
  });

  it.each([
    ['no secret', undefined, null],
    ['a secret as Standard Webhooks writes it', 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==', '0123456789abcdef'],
    ['any long text', 'a-secret-that-is-long', 'a-secret-that-is-long'],
  ])('takes a webhook for alerts with %s', (_, secret, bytes) => {
    const url = 'https://hooks.slack.test/services/T/B/x';
    const { alertWebhook } = value({ ALERT_WEBHOOK: url, ...(secret && { ALERT_WEBHOOK_SECRET: secret }) });
    expect([alertWebhook?.url, alertWebhook?.secret?.toString() ?? null]).toEqual([url, bytes]);
  });

  it('names every problem at once', () => {
    const checked = checkEnvironment({});
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.split(':')[0])).toEqual([
      'APP_ID',
      'PRIVATE_KEY',
      'WEBHOOK_SECRET',
      'ACCESS_REPOSITORY',
    ]);
  });

  it.each([
    ['APP_ID', 'my-app', 'expected a whole number, found `my-app`'],
    ['WEBHOOK_SECRET', 'short', 'shorter than 16 characters'],
    ['WEBHOOK_SECRET', 'a-secret-that-is-long, short', 'shorter than 16 characters'],
    ['WEBHOOK_SECRET', Array(3).fill('a-secret-that-is-long').join(' '), 'more than two secrets'],
    ['GITHUB_API_URL', 'github.com', 'expected an http or https address'],
    ['GITHUB_API_URL', 'file:///etc', 'expected an http or https address'],
    ['PORT', '70000', 'expected a port'],
    ['PORT', 'http', 'expected a port'],
    ['ACCESS_REPOSITORY', 'access', 'expected owner/name'],
    ['LEDGER_REPOSITORY', 'https://github.com/acme/ops', 'expected owner/name'],
    ['LOG_LEVEL', 'loud', 'expected one of trace, debug'],
    ['ALERT_WEBHOOK', 'http://hooks.acme.test/x', 'expected an https address'],
    ['ALERT_WEBHOOK', 'slack', 'expected an https address'],
    ['ALERT_WEBHOOK_SECRET', 'whsec_c2hvcnQ=', 'shorter than 16 bytes'],
  ])('refuses %s=%s', (name, written, said) => {
    const checked = check({ [name]: written });
    expect(checked.ok ? [] : checked.problems).toEqual([expect.stringContaining(`${name}: `)]);
    expect(checked.ok ? '' : checked.problems[0]).toContain(said);
  });

  it.each([
    ['no key at all', 'hunter2-'.repeat(20), 'not a private key in PEM'],
    [
      'a key of another kind',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'expected an RSA key, found ed25519',
    ],
  ])('refuses %s and never repeats it', (_, written, said) => {
    const checked = check({ PRIVATE_KEY: written });
    const problem = checked.ok ? '' : (checked.problems[0] ?? '');
    expect(problem).toContain(said);
    expect(problem).not.toContain(written.slice(-60, -35) || written);
  });
});

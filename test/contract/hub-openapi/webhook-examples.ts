/** Payloads that GitHub really sent, from `@octokit/webhooks-examples` (MIT). */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { WebhookExamples } from '../../../hub/openapi/webhook-examples.ts';

export function webhookExamples(): WebhookExamples {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
  return JSON.parse(readFileSync(file, 'utf8')) as WebhookExamples;
}

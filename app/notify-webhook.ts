/**
 * One POST to the address that is told of alerts: Slack's incoming webhooks take it, and so does anything that takes JSON.
 * With a secret it is signed as Standard Webhooks says (standardwebhooks.com), so that the receiver can tell it from others'.
 */
import { createHmac } from 'node:crypto';
import { type Instant, toEpoch } from '../core/time.ts';

export interface AlertWebhook {
  readonly url: string;
  /** The key's bytes; `null`: unsigned. */
  readonly secret: Buffer | null;
}

export interface Message {
  /** The same for every try, so that a receiver can drop what it has. */
  readonly id: string;
  readonly at: Instant;
  /** Slack's text. */
  readonly text: string;
  /** The same for programs. */
  readonly data: object;
}

/** `null`: taken. `afterSeconds` as the receiver asks; `null`: it does not say. */
export type Failed = { readonly why: string; readonly afterSeconds: number | null };

/** A receiver that never answers must not hold up the next alert. */
const PATIENCE = 10_000;

/** Never throws: what is wrong with a channel is told to whoever watches the log. */
export async function postMessage({ url, secret }: AlertWebhook, message: Message): Promise<Failed | null> {
  const body = JSON.stringify({ text: message.text, mrkdwn: false, gatepass: message.data });
  const timestamp = String(Math.floor(toEpoch(message.at) / 1000));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'gatepass',
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    ...(secret === null ? {} : { 'webhook-signature': sign(secret, `${message.id}.${timestamp}.${body}`) }),
  };
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    await response.body?.cancel();
    if (response.ok) return null;
    return { why: `it answered ${response.status}`, afterSeconds: secondsIn(response.headers.get('retry-after')) };
  } catch (error) {
    // The address is a secret for Slack: fetch does not name it, and neither is it here.
    return {
      why: error instanceof Error ? `it did not answer: ${error.name}` : 'it did not answer',
      afterSeconds: null,
    };
  }
}

function sign(secret: Buffer, text: string): string {
  return `v1,${createHmac('sha256', secret).update(text).digest('base64')}`;
}

/** At most an hour: whoever asks for a year is not waited for. */
function secondsIn(header: string | null): number | null {
  const seconds = Number(header ?? 'none');
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : null;
}

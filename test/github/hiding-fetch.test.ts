import { expect, it } from 'vitest';
import { hidingFetch } from '../../github/hiding-fetch.ts';

it('hides each credential once, before it is sent', async () => {
  const steps: string[] = [];
  const send = hidingFetch(
    async (address) => {
      steps.push(`send ${String(address)}`);
      return new Response();
    },
    (credential) => steps.push(`hide ${credential}`),
  );
  await send('a', { headers: { authorization: 'token one' } });
  await send('b', { headers: { Authorization: 'bearer two' } });
  await send('c', { headers: { authorization: 'token one' } });
  await send('d', {});
  expect(steps).toEqual(['hide one', 'send a', 'hide two', 'send b', 'send c', 'send d']);
});

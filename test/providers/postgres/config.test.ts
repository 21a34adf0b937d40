import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import { connectionOf } from '../../../providers/postgres/config.ts';
import { ProviderError } from '../../../providers/provider.ts';
import { scriptedGitHub } from '../../support/scripted-github.ts';

const connection = (uri: string, config: JsonObject = {}) => {
  const secret = (name: string): string => {
    if (name === 'PG') return uri;
    if (name === 'CA') return 'the certificate';
    throw new ProviderError('secret-missing', `there is no secret \`${name}\``);
  };
  return connectionOf({ credentials: 'PG', ...config }, scriptedGitHub({}, { secret }).io);
};

describe('how a server is reached', () => {
  it('by the URI alone', () => {
    expect(connection('postgresql://gate%40pass:s%2Fcret@db.acme.internal/orders').client).toMatchObject({
      host: 'db.acme.internal',
      port: 5432,
      database: 'orders',
      user: 'gate@pass',
      password: 's/cret',
    });
  });

  it('by what the catalog puts in place of its parts', () => {
    const { client, place } = connection('postgres://u:p@one:1/a', { host: 'two', port: 2, database: 'b' });
    expect(client).toMatchObject({ host: 'two', port: 2, database: 'b' });
    expect(place).toBe('two:2');
  });

  it('in the database `postgres`, unless told', () => {
    expect(connection('postgres://u:p@one').client.database).toBe('postgres');
  });

  it.each<[string, string, JsonObject, object | false, number]>([
    ['known servers only, unless told', 'postgres://u:p@db', {}, { rejectUnauthorized: true }, 0],
    [
      'known by a certificate of one’s own',
      'postgres://u:p@db',
      { ca: 'CA' },
      { rejectUnauthorized: true, ca: 'the certificate' },
      0,
    ],
    ['nothing on the loopback', 'postgres://u:p@127.0.0.1', {}, false, 0],
    ['what the URI says', 'postgres://u:p@db?sslmode=require', {}, { rejectUnauthorized: false }, 1],
    [
      'what the catalog says before what the URI says',
      'postgres://u:p@db?sslmode=disable',
      { tls: 'verify-full' },
      { rejectUnauthorized: true },
      0,
    ],
    ['nothing, when told, with a warning', 'postgres://u:p@db', { tls: 'disable' }, false, 1],
  ])('TLS: %s', (_, uri, config, ssl, warnings) => {
    const found = connection(uri, config);
    expect(found.client.ssl).toEqual(ssl);
    expect(found.warnings).toHaveLength(warnings);
  });
});

describe('what is refused, without saying the secret', () => {
  it.each<[string, string, JsonObject, RegExp]>([
    ['a text that is no URI', 'hunter2', {}, /`PG` is not a connection URI/],
    ['another scheme', 'mysql://u:hunter2@db', {}, /`PG` is not a connection URI/],
    ['a URI without a user', 'postgres://db/hunter2', {}, /`PG` is not a connection URI/],
    ['a TLS mode that verifies nothing', 'postgres://u:hunter2@db?sslmode=prefer', {}, /sslmode `prefer`/],
    ['a secret itself in place of its name', 'x', { credentials: 'postgres://u:p@db' }, /`credentials` is/],
    ['a secret that is not there', 'postgres://u:hunter2@db', { ca: 'NOTHING' }, /no secret `NOTHING`/],
  ])('%s', (_, uri, config, message) => {
    const read = () => connection(uri, config);
    expect(read).toThrow(ProviderError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^(?!.*hunter2)/);
  });
});

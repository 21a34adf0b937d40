import { describe, expect, it } from 'vitest';
import { toProviderError } from '../../../providers/postgres/errors.ts';
import { ProviderError } from '../../../providers/provider.ts';

const thrown = (code?: string) => Object.assign(new Error('said'), code === undefined ? {} : { code });

describe('what PostgreSQL throws', () => {
  it.each([
    ['23505', 'concurrent', 'backoff', 'none'],
    ['XX000', 'concurrent', 'backoff', 'none'],
    ['40001', 'concurrent', 'backoff', 'none'],
    ['40P01', 'concurrent', 'backoff', 'none'],
    ['55P03', 'locked', 'backoff', 'none'],
    ['57014', 'timeout', 'backoff', 'none'],
    ['53300', 'busy', 'backoff', 'none'],
    ['57P01', 'server', 'backoff', 'unknown'],
    ['42704', 'unknown-role', 'no', 'none'],
    ['42501', 'forbidden', 'no', 'none'],
    ['28P01', 'unauthorized', 'no', 'none'],
    ['3D000', 'unknown-database', 'no', 'none'],
    ['42601', 'refused', 'no', 'none'],
    ['08006', 'network', 'backoff', 'unknown'],
    ['ECONNREFUSED', 'network', 'backoff', 'unknown'],
    ['EPIPE', 'network', 'backoff', 'unknown'],
    [undefined, 'network', 'backoff', 'unknown'],
  ])('%s is %s', (sqlState, code, retry, effect) => {
    expect(toProviderError(thrown(sqlState), 'db:5432', 'unknown')).toMatchObject({ code, retry, effect });
  });

  it('says where, what and which code', () => {
    expect(toProviderError(thrown('42501'), 'db:5432', 'none').message).toBe('db:5432: said (42501)');
    expect(toProviderError('text', 'db:5432', 'none').message).toBe('db:5432: text');
  });

  it('leaves alone what was already told', () => {
    const error = new ProviderError('policy', 'no');
    expect(toProviderError(error, 'db:5432', 'unknown')).toBe(error);
  });
});

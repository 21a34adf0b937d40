import { describe, expect, it } from 'vitest';
import { jobsNamed } from '../../../core/attest/workflow-jobs.ts';

const NAME = ['$', '{{ inputs.name }}'].join('');

function jobs(text: string | null) {
  return jobsNamed('gatepass', new Map([['ci.yml', text]]));
}

describe('workflow jobs of the check’s name (threat 49)', () => {
  it.each<[string, string | null, readonly string[], readonly string[]]>([
    ['an id', 'jobs:\n  gatepass: {}\n', ['ci.yml: gatepass'], []],
    ['a name', 'jobs:\n  build: { name: " Gatepass " }\n', ['ci.yml:  Gatepass '], []],
    ['a job that only its id calls so', 'jobs:\n  gatepass: { name: build }\n', [], []],
    ['a job without body', 'jobs:\n  gatepass:\n', ['ci.yml: gatepass'], []],
    ['a matrix in brackets', 'jobs:\n  build: { name: gatepass (1) }\n', [], []],
    ['an expression', `jobs:\n  build: { name: "${NAME}" }\n`, [], [`ci.yml: ${NAME}`]],
    ['no jobs', 'name: x\n', [], ['ci.yml']],
    ['a list', '- x\n', [], ['ci.yml']],
    ['broken YAML', 'jobs: [', [], ['ci.yml']],
    ['no text', null, [], ['ci.yml']],
  ])('are found by %s', (_, text, same, doubtful) => {
    expect(jobs(text)).toEqual({ same, doubtful });
  });
});

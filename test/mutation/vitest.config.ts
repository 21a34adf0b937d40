import { defineConfig } from 'vitest/config';

/** The tests that speak for `core/policy` and `core/codeowners`, alone: Stryker runs those of them that reach a mutant. */
export default defineConfig({
  test: {
    include: ['test/core/{policy,codeowners}/**/*.test.ts', 'test/oracle/findings.test.ts'],
    testTimeout: 20_000,
  },
});

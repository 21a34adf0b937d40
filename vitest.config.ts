import { defineConfig } from 'vitest/config';

/**
 * Six suites: `unit` (pure and fast), `searches` (for what nobody thought of: oracle, simulator, fuzzing), `contract` (providers and
 * look-alike against real servers), `e2e` (whole lives), `threats` (each attack of the catalogue, by its number), `faults` (each
 * fault, by its number). Coverage is of `core/` by `unit` alone: counting makes the others half as fast and adds nothing.
 * Files share a process and what it has loaded, which makes `unit` five times as fast; those that drive the process's own clock and
 * network have one for themselves.
 */
const DRIVEN = ['test/faults/burst.test.ts', 'test/faults/tokens.test.ts'];

export default defineConfig({
  test: {
    // By itself vitest leaves one processor idle, which on two of them is half.
    maxWorkers: '100%',
    isolate: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{contract,e2e,faults,fuzz,oracle,simulator,threats}/**'],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'searches', include: ['test/{fuzz,oracle,simulator}/**/*.test.ts'], testTimeout: 120_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'threats',
          include: ['test/threats/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          exclude: DRIVEN,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults-driven',
          isolate: true,
          include: DRIVEN,
          testTimeout: 400_000,
          hookTimeout: 400_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      reporter: ['text-summary', 'text'],
      thresholds: { branches: 100 },
    },
  },
});

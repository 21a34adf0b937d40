/** Workflows of a history: every start is kept, so that nothing that was started twice stays unseen. */
import { type ActionRunner, ProviderError, type RunState } from '../../providers/provider.ts';
import type { Process } from './process.ts';

interface Started {
  readonly correlation: string;
  readonly runId: number;
  looks: number;
}

export class Runs {
  readonly started: Started[] = [];
  /** Called with each start, and when it was sent. */
  onStart: (process: Process, correlation: string, sent: number) => void = () => {};

  for(process: Process): ActionRunner {
    const { runner } = process.faults;
    return {
      start: (_run, correlation) => {
        const sent = process.told;
        return process.call(() => {
          if (runner === 'refused') {
            process.injected.add('refused');
            throw new ProviderError('not-started', 'there is no such workflow', { effect: 'none' });
          }
          this.onStart(process, correlation, sent);
          const run = { correlation, runId: this.started.length + 1, looks: 0 };
          this.started.push(run);
          if (runner === 'lost') {
            process.injected.add('after');
            throw new ProviderError('network', 'no answer', { effect: 'unknown' });
          }
          return stateOf(run);
        });
      },
      find: (_run, correlation) =>
        process.call(() => {
          const run = this.started.find((each) => each.correlation === correlation);
          if (runner === 'hidden' && run !== undefined) process.injected.add('hidden');
          return run === undefined || runner === 'hidden' ? null : stateOf(run);
        }),
      follow: (_run, runId) =>
        process.call(() => {
          const run = this.started.find((each) => each.runId === runId);
          if (run === undefined) throw new ProviderError('unexpected', `no run ${runId}`);
          run.looks += 1;
          return stateOf(run);
        }),
    };
  }
}

/** Over when it is looked at for the second time. */
function stateOf({ runId, looks }: Started): RunState {
  const url = `https://github.example/runs/${runId}`;
  return looks < 2 ? { runId, url, state: 'running', detail: null } : { runId, url, state: 'done', detail: 'success' };
}

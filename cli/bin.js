#!/usr/bin/env node
// The `gatepass` command. Runs main.ts as it is on Node 24; on an older Node (a machine's own may be 20) it hands over to
// the Node 24 that the project brings. Plain JavaScript, because an old Node cannot read TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 24 || (major === 24 && minor >= 0)) {
  const { main } = await import(pathToFileURL(join(here, 'main.ts')).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  handOver();
}

function handOver() {
  const brought = join(here, '..', 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(brought)) {
    process.stderr.write(
      `gatepass: needs Node 24, found ${process.versions.node}; run \`npm ci\` in ${join(here, '..')}, which brings it\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(brought, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`gatepass: could not start ${brought}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}

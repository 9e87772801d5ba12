// MCP Inspector's command line, the reference client.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { binary, environment, root } from './program.mjs';

const command = join(root, 'interop', 'node_modules', '.bin', 'mcp-inspector');

/**
 * Runs one Inspector command over stdio. Resolves with its exit code, the JSON document it printed, and what it and the program
 * wrote to standard error. Variables of the program travel by `-e`: Inspector would take its flags for its own.
 */
export function inspect({ era, variables = {}, args }) {
  const settings = Object.entries({ FEATUREBASE_LOG_LEVEL: 'error', ...variables }).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const all = ['--cli', binary(), '--sandbox', ...settings, '--protocol-era', era, '--format', 'json', ...args];
  return new Promise((resolve, reject) => {
    execFile(command, all, { env: environment(), timeout: 60_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') return reject(error);
      try {
        resolve({ code: error?.code ?? 0, document: JSON.parse(stdout), stderr });
      } catch {
        reject(new Error(`exit ${error?.code ?? 0}, and no JSON on standard output: ${stdout}\n${stderr}`));
      }
    });
  });
}

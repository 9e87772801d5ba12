// The program under test: the built binary, as users run it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

let built;

/** The path of the binary: FEATUREBASE_MCP_BIN, or one built now. */
export function binary() {
  if (process.env.FEATUREBASE_MCP_BIN) return process.env.FEATUREBASE_MCP_BIN;
  if (!built) {
    built = join(mkdtempSync(join(tmpdir(), 'featurebase-mcp-')), 'featurebase-mcp');
    execFileSync('go', ['build', '-o', built, '.'], { cwd: root, stdio: 'inherit' });
  }
  return built;
}

/** The environment without our variables, so that a developer's key never takes part. */
export function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FEATUREBASE_')));
}

/** The tools, as the program lists them. */
export function tools() {
  return JSON.parse(execFileSync(binary(), ['tools', '--json'], { env: environment() })).tools;
}

/** Starts the sandbox on a free port; stop ends it and resolves with its exit code. */
export async function startSandbox(...flags) {
  const child = spawn(binary(), ['sandbox', '--addr', '127.0.0.1:0', ...flags], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = text.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code} before it served`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit');
      child.once('exit', (code) => resolve(code));
      child.kill('SIGTERM');
    });
  return { url, stop };
}

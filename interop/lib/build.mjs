// What `node --test` runs before and after all suites: it builds the program once, unless FEATUREBASE_MCP_BIN names a binary.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './program.mjs';

let folder;

/** Builds the program into a folder of its own and hands its path to the suites, which run in processes of their own. */
export function globalSetup() {
  build('FEATUREBASE_MCP_BIN');
}

/** Builds the program with these flags of `go build`, unless the variable names a binary already, and lets it name the new one. */
export function build(variable, ...flags) {
  if (process.env[variable]) return;
  folder ??= mkdtempSync(join(tmpdir(), 'featurebase-mcp-'));
  const binary = join(folder, variable.toLowerCase());
  execFileSync('go', ['build', ...flags, '-o', binary, '.'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  process.env[variable] = binary;
}

/** Removes what was built. */
export function globalTeardown() {
  if (folder) rmSync(folder, { recursive: true });
}

// Hosts that are programs of their own, each with a home of its own. They reach nothing but loopback: whatever goes to a proxy is an error.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch, homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../lib/program.mjs';

const modules = join(import.meta.dirname, 'node_modules');

// In a temporary folder Codex refuses to work, and others trust nothing.
const homes = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'featurebase-mcp');

/** A home with files in it, by their names. It is removed when the test ends. */
export function newHome(t, files = {}) {
  mkdirSync(homes, { recursive: true });
  const home = mkdtempSync(join(homes, 'home-'));
  t.after(() => rmSync(home, { recursive: true, maxRetries: 3 })); // a host may still write
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), content);
  }
  return home;
}

/** A copy of a home, in which a host may write what it likes. */
export function copyOf(t, home) {
  const copy = newHome(t);
  cpSync(home, copy, { recursive: true });
  return copy;
}

/** The programs: what starts each of them. */
export const programs = {
  'claude-code': () => {
    const scope = join(root, 'interop', 'node_modules', '@anthropic-ai');
    return [join(scope, readdirSync(scope).find((name) => name.startsWith('claude-code-')), 'claude')];
  },
  codex: () => {
    const vendor = join(modules, '@openai', `codex-linux-${arch()}`, 'vendor');
    return [join(vendor, readdirSync(vendor)[0], 'bin', 'codex')];
  },
  gemini: () => [process.execPath, join(modules, '@google', 'gemini-cli', 'bundle', 'gemini.js')],
  opencode: () => [join(modules, `opencode-linux-${arch()}`, 'bin', 'opencode')],
};

/**
 * Runs a host to its end, in its home, and resolves with what it prints. Environment variables come on top of none of this machine's, so that no key of a
 * developer takes part.
 */
export async function run(host, home, args, variables = {}) {
  const [program, ...first] = programs[host]();
  assert.ok(existsSync(program), `${program} is not there: npm ci in interop/hosts installs it`);
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    PATH: process.env.PATH, HOME: home, TMPDIR: tmpdir(), NO_COLOR: '1', TERM: 'dumb',
    HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere, NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost',
    ...variables,
  };
  const child = promisify(execFile)(program, [...first, ...args], { cwd: home, env, timeout: patience, killSignal: 'SIGKILL', maxBuffer: 64 << 20 });
  child.child.stdin.end();
  try {
    const { stdout, stderr } = await child;
    return { code: 0, stdout, stderr };
  } catch (failure) {
    if (failure.killed || failure.code === undefined) throw failure;
    return { code: failure.code, stdout: failure.stdout, stderr: failure.stderr };
  }
}

const patience = 120_000; // milliseconds for what takes some seconds, on a busy machine

// What the suites share: where the artifacts are, and the program as a host starts it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text as read } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** The root of the repository. */
export const root = join(import.meta.dirname, '..', '..', '..');
export const packaging = join(root, 'packaging');

/** What goreleaser made. */
export const dist = process.env.RELEASE_DIST ?? join(root, 'dist');

/** What the scripts of build/ made of it. */
export const bundles = join(dist, 'bundles');

/** Go's name of the processor here. */
export const here = { x64: 'amd64', arm64: 'arm64' }[process.arch];

/** The environment without variables of the program, so that a developer's key never takes part. */
export function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FEATUREBASE_')));
}

/** Runs a command and returns what it prints. */
export function run(command, args, options = {}) {
  return execFileSync(command, args, { encoding: 'utf8', env: environment(), stdio: ['ignore', 'pipe', 'pipe'], timeout: patience, maxBuffer: 1 << 28, ...options });
}

/** Runs a command that may fail, while this process goes on serving. Resolves with its exit code and all that it prints. */
export async function attempt(command, args, { input = '', ...options } = {}) {
  const child = spawn(command, args, { env: environment(), timeout: patience, killSignal: 'SIGKILL', ...options });
  child.stdin.on('error', () => {}); // it may not read what it is given
  child.stdin.end(input);
  const printed = Promise.all([read(child.stdout), read(child.stderr)]);
  const [code, signal] = await once(child, 'exit');
  return { status: code ?? signal, text: (await printed).join('') };
}

/** A folder that is removed at the end of the suite. */
export function scratch(suite) {
  const folder = mkdtempSync(join(tmpdir(), 'release-check-'));
  suite.after(() => rmSync(folder, { recursive: true, maxRetries: 3 }));
  return folder;
}

/** Says that a copy of the program works: it names its version and answers from the sandbox. */
export function works(program, version, args = [], options = {}) {
  assert.match(run(program, [...args, 'version'], options), new RegExp(`^featurebase-mcp ${version.replaceAll('.', '\\.')} \\(`));
  assert.match(run(program, [...args, 'call', '--sandbox', 'list_boards'], options), boards);
}

/** The program for this machine. */
export const program = () => join(dist, readdirSync(dist).find((name) => name.includes(`_linux_${here}_`)), 'featurebase-mcp');

/** The program takes these settings, serves with them on a free port until `during` has ended, and stops in order. */
export async function serves(args, settings, during = () => {}) {
  const ports = Object.fromEntries(['FEATUREBASE_ADDR', 'FEATUREBASE_METRICS_ADDR'].filter((name) => settings[name]).map((name) => [name, '127.0.0.1:0']));
  const child = spawn(program(), args, { env: { ...environment(), ...settings, ...ports }, stdio: ['ignore', 'pipe', 'pipe'], timeout: patience, killSignal: 'SIGKILL' });
  let log = '';
  child.stderr.on('data', (text) => { log += text; });
  const ended = once(child, 'exit');
  try {
    const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
    assert.match(String(line), /^Featurebase MCP at /, log);
    assert.doesNotMatch(log, /has no effect/);
    while (!/"serving MCP over HTTP".*\n/.test(log)) await once(child.stderr, 'data', { signal: AbortSignal.timeout(patience) });
    await during(JSON.parse(log.match(/.*"serving MCP over HTTP".*/)[0]).address);
  } finally {
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], log);
  }
}

/** A real client starts the program as a host would, lists the tools and calls one. Returns the names of the tools. */
export async function converse({ command, args = [], env = {}, cwd }) {
  const client = new Client({ name: 'release-check', version: '1.0.0' });
  const errors = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(new StdioClientTransport({ command, args, env: { ...environment(), ...env }, cwd, stderr: 'ignore' }));
  try {
    const { tools } = await client.listTools();
    const { content, isError } = await client.callTool({ name: 'list_boards', arguments: {} });
    assert.ok(!isError, content[0].text);
    assert.match(content[0].text, boards);
    assert.deepEqual(errors, []);
    return tools.map(({ name }) => name);
  } finally {
    client.onerror = undefined;
    await client.close();
  }
}

// What the sandbox has in every seed.
const boards = /Feature requests/;

const patience = 120_000; // milliseconds for what takes about one second, on a busy machine

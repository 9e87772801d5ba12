// The program under test: the built binary, as users run it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The root of the repository. */
export const root = join(import.meta.dirname, '..', '..');

/** The path of the binary; lib/build.mjs sees to it. */
export function binary() {
  const path = process.env.FEATUREBASE_MCP_BIN;
  if (!path) throw new Error('FEATUREBASE_MCP_BIN is not set: run the suites with `npm test`, which builds the program');
  return path;
}

/** The environment without variables of the program or the SDK, so that a developer's key never takes part. */
export function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FEATUREBASE_')));
}

/** The tools of a choice, as the program lists them; all of them by default. */
export function tools(toolsets = 'all') {
  return JSON.parse(execFileSync(binary(), ['tools', `--toolsets=${toolsets}`, '--json'], { env: environment(), timeout: patience, encoding: 'utf8' })).tools;
}

/** The tool for panels, which a client is shown besides. */
export const forPanels = 'confirm_call';

/** The path of a client that is a program of its own. */
export const client = (name) => join(root, 'interop', 'node_modules', '.bin', name);

/**
 * A way to start the program: its flags, the variables that come on top of environment(), and the program, if it is another build. Here, on
 * the sandbox, with all tools.
 */
export const sandboxed = { flags: ['--sandbox', '--toolsets=all', '--log-level=error'], variables: {} };

/** Starts the sandbox on a free port. stop asks it to end and resolves with its exit code. */
export const startSandbox = () => serve('sandbox', { flags: [], variables: {} });

/** Starts MCP over HTTP on a free port: Streamable HTTP at url and SSE at sse. stop is as with the sandbox. */
export async function startHTTP(target) {
  const { url, stop } = await serve('http', target);
  return { url: `${url}/mcp`, sse: `${url}/sse`, stop };
}

// serve runs a command that listens, and waits until it prints where.
async function serve(command, { program = binary(), flags, variables }) {
  const child = spawn(program, [command, '--addr', '127.0.0.1:0', ...flags], { env: { ...environment(), ...variables }, stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // whatever fails in between, nothing is left running
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);

  const announced = once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(patience) });
  const early = ended.then((how) => Promise.reject(new Error(`${command} ended with ${how} before it served`)));
  const [line] = await Promise.race([announced, early]);
  early.catch(() => {}); // from here on the end is expected
  const url = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  if (!url) throw new Error(`no address in ${JSON.stringify(line)}`);

  const stop = async () => {
    const timer = setTimeout(kill, patience);
    child.kill('SIGTERM');
    const how = await ended;
    clearTimeout(timer);
    process.off('exit', kill);
    return how;
  };
  return { url, stop };
}

process.once('SIGTERM', () => process.exit(1)); // the runner's time limit; by itself it would skip 'exit'

const patience = 60_000; // milliseconds for what takes well under one second, on a busy machine

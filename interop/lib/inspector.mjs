// MCP Inspector's command line, the reference client.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { client, environment } from './program.mjs';

const timeout = 60_000; // milliseconds

/** Starts one command; each is a process and makes a connection of its own. server is how it comes to the program. */
export function start({ server, era, args }) {
  return spawn(client('mcp-inspector'), ['--cli', ...server, '--protocol-era', era, '--format', 'json', ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'], timeout });
}

/** Runs one command. Resolves with its exit code, the JSON document it printed, and what it and the program wrote to standard error. */
export async function inspect(command) {
  const child = start(command);
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  try {
    return { code: code ?? signal, document: JSON.parse(stdout), stderr };
  } catch {
    throw new Error(`exit ${code ?? signal}, and no JSON on standard output: ${stdout}\n${stderr}`);
  }
}

/** The arguments that call a tool. */
export const calling = (tool, args) => ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];

/** A program to start: variables travel by `-e`, because Inspector hands on no others and would take the program's flags for its own. */
export const program = ({ command, args, variables }) => [command, ...args, ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`])];

// mcp-remote, the bridge of hosts that speak stdio alone to servers that speak HTTP: one of the TypeScript SDK v1 behind it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { overHTTP } from './lib/carriers.mjs';
import { journey } from './lib/journey.mjs';
import { client, environment } from './lib/program.mjs';
import { connect } from './lib/v1.mjs';

// It keeps what it learns about servers in its home; each run has an empty one.
const home = mkdtempSync(join(tmpdir(), 'mcp-remote-'));
after(() => rmSync(home, { recursive: true }));

const env = { ...environment(), HOME: home, MCP_REMOTE_CONFIG_DIR: join(home, 'auth') };
const bridge = (server) => new StdioClientTransport({ command: client('mcp-remote'), args: [server.url, '--transport', 'http-first', '--allow-http', '--silent'], env });

journey('HTTP first', overHTTP((server) => connect(bridge(server))), { answersCancelled: true });

// The TypeScript SDK v1, which most hosts are built on: the 2025-11-25 protocol, over stdio and HTTP.
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { overHTTP, overStdio } from './lib/carriers.mjs';
import { journey } from './lib/journey.mjs';
import { connect } from './lib/v1.mjs';

journey('stdio', overStdio((program) => connect(new StdioClientTransport(program))));
journey('Streamable HTTP', overHTTP((server) => connect(new StreamableHTTPClientTransport(new URL(server.url)))), { answersCancelled: true });

// The TypeScript SDK v2: the 2026-07-28 protocol, found out and taken for granted, over stdio and HTTP.
import { describe } from 'node:test';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { overHTTP, overStdio } from './lib/carriers.mjs';
import { journey } from './lib/journey.mjs';
import { connecting } from './lib/v2.mjs';

const revision = '2026-07-28';

for (const [name, mode] of [['negotiated', 'auto'], ['pinned', { pin: revision }]]) {
  const connect = connecting(mode, revision);
  describe(name, () => {
    journey('stdio', overStdio((program) => connect(new StdioClientTransport(program))));
    journey('Streamable HTTP', overHTTP((server) => connect(new StreamableHTTPClientTransport(new URL(server.url)))));
  });
}

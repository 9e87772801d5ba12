// The user is asked before what cannot be undone: the TypeScript SDKs in both eras, over stdio and HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamableHTTPClientTransport as HTTPv2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HTTPv1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { overHTTP, overStdio } from './lib/carriers.mjs';
import { timeout } from './lib/journey.mjs';
import { sandboxed } from './lib/program.mjs';
import { connect } from './lib/v1.mjs';
import { connecting } from './lib/v2.mjs';

const always = { ...sandboxed, flags: [...sandboxed.flags, '--confirm=always'] };
const modern = connecting('auto', '2026-07-28');
const http = (server) => new URL(server.url);

const clients = {
  '2025-11-25 over stdio': (elicit) => overStdio((program) => connect(new StdioV1(program), elicit)),
  '2025-11-25 over HTTP': (elicit) => overHTTP((server) => connect(new HTTPv1(http(server)), elicit)),
  '2026-07-28 over stdio': (elicit) => overStdio((program) => modern(new StdioV2(program), elicit)),
  '2026-07-28 over HTTP': (elicit) => overHTTP((server) => modern(new HTTPv2(http(server)), elicit)),
};

for (const [name, open] of Object.entries(clients)) {
  describe(name, () => {
    for (const [action, told] of [['accept', /"did":"deleted"/], ['decline', /sent nothing: the user declined/], ['cancel', /sent nothing: the user closed the question/], [undefined, /sent nothing: .* this client cannot ask/]]) {
      test(action ?? 'a client that cannot ask', { timeout }, async (t) => {
        const asked = [];
        const elicit = action && ((request) => {
          asked.push(request.params);
          return { action, ...(action === 'accept' && { content: {} }) };
        });
        const host = await open(elicit)(always);
        t.after(async () => assert.equal(await host.stop(), 0));
        const connection = await host.connect();
        t.after(() => connection.close());
        const found = await connection.call('search_conversations', { limit: 1 });
        const [{ id: conversationId }] = JSON.parse(found.content[0].text).data;

        const result = await connection.call('delete_conversation', { conversationId });
        assert.match(result.content[0].text, told);
        assert.equal(result.isError ?? false, action !== 'accept');
        assert.equal(asked.length, action ? 1 : 0);
        if (action) assert.match(asked[0].message, new RegExp(`^Delete conversation: ".+" \\(conversationId "${conversationId}"\\)\\?\n`));

        const after = await connection.call('get_conversation', { conversationId });
        assert.equal(after.isError ?? false, action === 'accept');
        assert.deepEqual(connection.errors, []);
      });
    }
  });
}

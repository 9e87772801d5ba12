// The user is asked before what cannot be undone: the TypeScript SDKs in both eras, over stdio and HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamableHTTPClientTransport as HTTPv2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HTTPv1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { overHTTP, overStdio } from './lib/carriers.mjs';
import { timeout } from './lib/journey.mjs';
import { forPanels, sandboxed } from './lib/program.mjs';
import { connect } from './lib/v1.mjs';
import { connecting } from './lib/v2.mjs';

const always = { ...sandboxed, flags: [...sandboxed.flags, '--confirm=always'] };
const modern = connecting('auto', '2026-07-28');
const http = (server) => new URL(server.url);

const clients = {
  '2025-11-25 over stdio': (...able) => overStdio((program) => connect(new StdioV1(program), ...able)),
  '2025-11-25 over HTTP': (...able) => overHTTP((server) => connect(new HTTPv1(http(server)), ...able)),
  '2026-07-28 over stdio': (...able) => overStdio((program) => modern(new StdioV2(program), ...able)),
  '2026-07-28 over HTTP': (...able) => overHTTP((server) => modern(new HTTPv2(http(server)), ...able)),
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

    // What Claude Desktop declares: views, and no form.
    test('a client that shows views asks in a panel, whose click makes the call once', { timeout }, async (t) => {
      const host = await open(undefined, { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } })(always);
      t.after(async () => assert.equal(await host.stop(), 0));
      const connection = await host.connect();
      t.after(() => connection.close());
      const found = await connection.call('search_conversations', { limit: 1 });
      const [{ id: conversationId }] = JSON.parse(found.content[0].text).data;
      const exists = async () => !(await connection.call('get_conversation', { conversationId })).isError;

      const waits = await connection.call('delete_conversation', { conversationId });
      const { token, tool, title, text } = waits._meta['featurebase/confirm'];
      assert.deepEqual([waits.isError ?? false, tool, title], [false, 'delete_conversation', 'Delete conversation']);
      assert.match(text, new RegExp(`^Delete conversation: ".+" \\(conversationId "${conversationId}"\\)\\?\n`));
      assert.match(waits.content[0].text, /has sent nothing yet: it waits for the user's click in the panel/);
      assert.ok(!JSON.stringify([waits.content, waits.structuredContent]).includes(token));
      assert.ok(await exists());

      const done = await connection.call(forPanels, { token, approve: true });
      assert.match(done.content[0].text, /"did":"deleted"/);
      assert.ok(!await exists());
      const again = await connection.call(forPanels, { token, approve: true });
      assert.equal(again.isError, true);
      assert.match(again.content[0].text, /a click holds for one call/);
      assert.deepEqual(connection.errors, []);
    });
  });
}

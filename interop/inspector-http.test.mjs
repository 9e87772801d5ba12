// MCP Inspector over Streamable HTTP and SSE, in both eras of the protocol. Each command makes a connection of its own, so that every
// one after the first comes again.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { overHTTP } from './lib/carriers.mjs';
import { calling, inspect, start } from './lib/inspector.mjs';
import { areDarkModePosts, timeout } from './lib/journey.mjs';
import { sandboxed, tools } from './lib/program.mjs';
import { startUpstream } from './lib/upstream.mjs';

const carriers = {
  'Streamable HTTP': overHTTP(({ url }) => [url, '--transport', 'http']),
  SSE: overHTTP(({ sse }) => [sse, '--transport', 'sse']),
};

for (const [carrier, open] of Object.entries(carriers)) {
  for (const era of ['legacy', 'modern']) {
    describe(`the ${era} protocol over ${carrier}`, () => {
      let host;
      before(async () => {
        host = await open(sandboxed);
      });
      after(async () => assert.equal(await host?.stop(), 0));
      const run = (...args) => inspect({ server: host.connect(), era, args });

      test('the tool list is whole and portable', { timeout }, async () => {
        const { code, document } = await run('--method', 'tools/list', '--strict');
        assert.equal(code, 0);
        assert.deepEqual(document.schemaFindings ?? [], []);
        assert.equal(document.result.tools.length, tools().length + 1); // one is for panels
      });

      test('posts are found and commented on', { timeout }, async () => {
        const found = await run(...calling('search_posts', { search: 'dark mode', limit: 3 }));
        const posts = JSON.parse(found.document.result.content[0].text);
        areDarkModePosts(posts);
        const written = await run(...calling('create_comment', { postId: posts.data[0].id, content: 'We want **this** too' }));
        assert.equal(JSON.parse(written.document.result.content[0].text).postId, posts.data[0].id);
      });

      test('a tool error is an error for the client, in words', { timeout }, async () => {
        const { code, document } = await run(...calling('search_posts', { limit: 500 }));
        assert.equal(code, 5);
        assert.match(document.result.content[0].text, /limit: at most 100, got 500/);
      });

      test('a client that goes away ends the request to the API', { timeout }, async (t) => {
        const upstream = await startUpstream();
        t.after(() => upstream.stop());
        const slow = await open(upstream.target);
        t.after(async () => assert.equal(await slow.stop(), 0));
        const child = start({ server: slow.connect(), era, args: calling('search_posts', {}) });
        t.after(() => child.kill('SIGKILL'));
        await Promise.race([upstream.asked, once(child, 'exit').then(async () => assert.fail(`answered at once: ${await text(child.stdout)}`))]);
        child.kill('SIGTERM');
        await upstream.closed;
        assert.equal(upstream.attempts(), 1);
      });
    });
  }
}

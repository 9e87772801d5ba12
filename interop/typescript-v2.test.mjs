// The TypeScript SDK v2: the 2026-07-28 protocol, found out and taken for granted, over stdio and HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { overHTTP, overStdio } from './lib/carriers.mjs';
import { journey, timeout, until } from './lib/journey.mjs';
import { sandboxed } from './lib/program.mjs';
import { connecting } from './lib/v2.mjs';

const revision = '2026-07-28';

for (const [name, mode] of [['negotiated', 'auto'], ['pinned', { pin: revision }]]) {
  const connect = connecting(mode, revision);
  describe(name, () => {
    for (const [carrier, open] of [
      ['stdio', overStdio((program) => connect(new StdioClientTransport(program)))],
      ['Streamable HTTP', overHTTP((server) => connect(new StreamableHTTPClientTransport(new URL(server.url))))],
    ]) {
      journey(carrier, open);
      browse(carrier, open);
    }
  });
}

/** Lists what can be browsed, reads what is listed, and fills each template with what completes it, escaped as JavaScript does. */
function browse(name, open) {
  test(`${name}: browses resources`, { timeout }, async (t) => {
    const host = await open(sandboxed);
    const connection = await host.connect();
    t.after(async () => {
      await connection.close();
      assert.equal(await host.stop(), 0);
      assert.deepEqual(connection.errors, []);
    });
    const read = async (uri) => {
      const [content] = await connection.read(uri);
      assert.deepEqual([content.uri, content.mimeType], [uri, 'text/markdown']);
      return content.text;
    };
    const isBugs = ({ name, uri }) => name === 'Bugs' && uri.endsWith('/posts');
    const listed = await until((list) => list.some(isBugs), () => connection.resources());
    const bugs = listed.find(isBugs);
    assert.match(await read(bugs.uri), /^50 of 56 posts, newest first\.$/m);

    const templates = await connection.templates();
    assert.equal(templates.length, 8);
    for (const { uriTemplate } of templates) {
      const [hole, variable] = uriTemplate.match(/\{(\w+)\}/);
      const { values, total, hasMore } = await until(({ values }) => values.length > 3, () => connection.complete(uriTemplate, variable, ''));
      assert.ok(values.length <= 100 && (hasMore ? total === undefined : total >= values.length), uriTemplate);
      for (const value of values.slice(0, 3)) assert.ok(await read(uriTemplate.replace(hole, encodeURIComponent(value))), value);
    }
    await assert.rejects(read('featurebase://posts/000000000000000000000000'), { code: -32602 });
  });
}

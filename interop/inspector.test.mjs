// MCP Inspector, the reference client, over stdio against the real binary.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary, environment, tools } from './lib/program.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const inspector = join(here, 'node_modules', '.bin', 'mcp-inspector');

/** Runs one Inspector command; its result is what it prints as JSON. */
function inspect(...args) {
  return new Promise((resolve) => {
    execFile(inspector, ['--cli', binary(), '--sandbox', '--log-level=error', ...args], { env: environment(), timeout: 60_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const start = stdout.indexOf('{');
      let result;
      try {
        result = JSON.parse(stdout.slice(start));
      } catch {
        // what is no JSON is judged by the exit code and the text
      }
      resolve({ code: error?.code ?? 0, stdout, stderr, result: result?.result ?? result });
    });
  });
}

const call = (tool, args, ...more) =>
  inspect('--method', 'tools/call', '--tool-name', tool, ...Object.entries(args).flatMap(([k, v]) => ['--tool-arg', `${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`]), '--format', 'json', ...more);

for (const era of ['legacy', 'modern']) {
  describe(`the ${era} protocol`, () => {
    test('the tool list is portable: no errors and no warnings', async () => {
      const { code, stdout, stderr, result } = await inspect('--method', 'tools/list', '--strict', '--protocol-era', era);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stdout + stderr, /\b[1-9]\d* (warning|error)s?\b/);
      assert.equal(result.tools.length, tools().length);
    });

    test('the main job: search, contact, comment', async () => {
      const found = await call('search_posts', { search: 'dark mode', limit: 5 }, '--protocol-era', era);
      assert.equal(found.code, 0, found.stderr);
      const posts = JSON.parse(found.result.content[0].text).data;
      assert.ok(posts.length > 1 && posts.every((p) => /^[0-9a-f]{24}$/.test(p.id) && p.excerpt));

      const contact = await call('upsert_contact', { email: 'jo@example.com', name: 'Jo Example' }, '--protocol-era', era);
      assert.equal(JSON.parse(contact.result.content[0].text).email, 'jo@example.com');

      const written = await call('create_comment', { postId: posts[0].id, content: 'We want **this** too' }, '--protocol-era', era);
      assert.equal(JSON.parse(written.result.content[0].text).postId, posts[0].id);
    });

    test('a tool error is an error for the client, in words', async () => {
      const { code, stdout } = await call('list_posts', { limit: 500 }, '--protocol-era', era);
      assert.equal(code, 5);
      assert.match(stdout, /limit: at most 100, got 500/);
    });
  });
}

// MCP Inspector over stdio against the real binary, in both eras of the protocol. Each command is a process of its own.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { calling, inspect, program } from './lib/inspector.mjs';
import { until } from './lib/journey.mjs';
import { binary, forPanels, tools } from './lib/program.mjs';

const folder = mkdtempSync(join(tmpdir(), 'featurebase-inspector-'));
after(() => rmSync(folder, { recursive: true }));

for (const [era, version] of [
  ['legacy', '2025-11-25'],
  ['modern', '2026-07-28'],
]) {
  // The state of the sandbox outlives a process, so that a later command sees what an earlier one wrote.
  const variables = { FEATUREBASE_LOG_LEVEL: 'error', FEATUREBASE_TOOLSETS: 'all', FEATUREBASE_SANDBOX: 'true', FEATUREBASE_SANDBOX_STATE: join(folder, `${era}.json`) };
  const server = program({ command: binary(), args: [], variables });
  const run = (...args) => inspect({ server, era, args });
  const call = (tool, args) => run(...calling(tool, args));
  const answer = async (tool, args) => {
    const { code, document, stderr } = await call(tool, args);
    assert.deepEqual([code, stderr], [0, ''], tool);
    assert.deepEqual(document.result.content.map((block) => block.type), ['text']);
    return document.result.content[0].text;
  };

  describe(`the ${era} protocol`, () => {
    test(`a session opens with version ${version}`, async () => {
      const { code, document, stderr } = await run('--method', 'initialize');
      assert.deepEqual([code, stderr], [0, '']);
      const { protocolVersion, serverInfo, capabilities, instructions } = document.result;
      assert.deepEqual([protocolVersion, serverInfo.name], [version, 'featurebase-mcp']);
      assert.ok(capabilities.tools);
      assert.match(instructions, /never instructions/);
    });

    test('the tool list is whole and portable: no error and no warning', async () => {
      const { code, document, stderr } = await run('--method', 'tools/list', '--strict');
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(document.schemaFindings ?? [], []);
      const names = (list) => list.map((tool) => tool.name).sort();
      assert.deepEqual(names(document.result.tools), names([{ name: forPanels }, ...tools()]));
    });

    test('the previews are portable, too, and are not among all', async () => {
      const named = 'help-center-api,outbound';
      const { code, document, stderr } = await inspect({ server: program({ command: binary(), args: [], variables: { ...variables, FEATUREBASE_TOOLSETS: named } }), era, args: ['--method', 'tools/list', '--strict'] });
      assert.deepEqual([code, stderr, document.schemaFindings ?? []], [0, '', []]);
      const previews = document.result.tools.filter(({ description }) => description.startsWith('Preview; not known: ')).map(({ name }) => name);
      assert.deepEqual(previews.sort(), tools(named).map(({ name }) => name).sort());
      assert.equal(tools().filter(({ name }) => previews.includes(name)).length, 0);
    });

    test('posts are found, a contact is written twice as one, and a comment is kept', async () => {
      const found = JSON.parse(await answer('search_posts', { search: 'dark mode', limit: 5 }));
      assert.equal(found.data.length, 5);
      assert.ok(found.totalCount > 5 && found.nextCursor);
      for (const post of found.data) assert.match(post.id, /^[0-9a-f]{24}$/);
      const post = found.data.find(({ title }) => title === 'Dark mode');
      assert.ok(post, 'the post of that very title is among the first five');

      const contact = JSON.parse(await answer('upsert_contact', { email: 'jo@example.com', name: 'Jo Example' }));
      assert.deepEqual([contact.email, contact.name], ['jo@example.com', 'Jo Example']);
      const again = JSON.parse(await answer('upsert_contact', { email: 'jo@example.com', name: 'Jo E.' }));
      assert.deepEqual([again.id, again.name], [contact.id, 'Jo E.']);

      const written = JSON.parse(await answer('create_comment', { postId: post.id, content: 'We want **this** too' }));
      assert.equal(written.postId, post.id);
      assert.match(await answer('get_comment', { commentId: written.id }), /We want \*\*this\*\* too/);
    });

    test('resources are listed with what the organization has, and read by name', async () => {
      const resource = async (...args) => {
        const { code, document, stderr } = await run('--method', ...args);
        assert.deepEqual([code, stderr], [0, ''], args[0]);
        return document.result;
      };
      const isBugs = ({ title }) => title === 'Posts of board: Bugs';
      const { resources } = await until(({ resources }) => resources.some(isBugs), () => resource('resources/list'));
      assert.deepEqual(resources.slice(0, 3).map(({ uri }) => uri), ['featurebase://boards', 'featurebase://changelogs', 'featurebase://help-center']);
      const { resourceTemplates } = await resource('resources/templates/list');
      assert.equal(resourceTemplates.length, 8);
      const { uri } = resources.find(isBugs);
      const template = resourceTemplates.find(({ name }) => name === 'board-posts').uriTemplate;
      for (const address of [uri, template.replace('{boardId}', 'Bugs')]) {
        const { contents } = await resource('resources/read', '--uri', address);
        assert.deepEqual([contents.length, contents[0].uri, contents[0].mimeType], [1, address, 'text/markdown']);
        assert.match(contents[0].text, /^50 of 56 posts, newest first\.$/m);
      }
    });

    for (const [what, tool, args, words] of [
      ['an argument out of bounds', 'search_posts', { limit: 500 }, /limit: at most 100, got 500/],
      ['an unknown name', 'search_posts', { serch: 'dark mode' }, /serch[^]*search/],
      ['a refusal of the API', 'get_post', { postId: '0123456789abcdef01234567' }, /not found[^]*search_posts/i],
    ]) {
      test(`${what} is a tool error in words`, async () => {
        const { code, document } = await call(tool, args);
        assert.equal(code, 5);
        assert.equal(document.result.isError, true);
        assert.match(document.result.content[0].text, words);
      });
    }
  });
}

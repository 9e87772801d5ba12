// What every client has to get from the program, whatever carries it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forPanels, sandboxed, tools } from './program.mjs';
import { startUpstream } from './upstream.mjs';

/** How long a test may take, in ms, on a machine that is busy with other things; alone, most take less than one second. */
export const timeout = 90_000;

/** A plan of one harmless write: the metadata of its answer names it. */
export const planned = { tool: 'upsert_contact', rows: [{ email: 'jo@example.com', name: 'Jo' }] };

/**
 * Tests a client over one carrier. open(target) is a host of carriers.mjs; a connection can list(), call(tool, args, signal) and
 * close(), and collects as errors what its client found wrong in what came. answersCancelled lets an answer to the cancelled call
 * come: before 2026-07-28 a POST is answered, whatever became of it.
 */
export function journey(name, open, { answersCancelled = false } = {}) {
  // connected gives a host and a first connection, both closed when the test is over, however it ends.
  async function connected(t, target) {
    const host = await open(target);
    const connections = [];
    t.after(async () => {
      try {
        await Promise.all(connections.map((c) => c.close()));
      } finally {
        assert.equal(await host.stop(), 0);
      }
      const late = (error) => answersCancelled && /unknown message ID/.test(error.message);
      assert.deepEqual(connections.flatMap((c) => c.errors).filter((error) => !late(error)), []);
    });
    const connect = async () => {
      const connection = await host.connect();
      connections.push(connection);
      return connection;
    };
    return { connect, connection: await connect() };
  }

  describe(name, () => {
    test('lists every tool', { timeout }, async (t) => {
      const { connection } = await connected(t, sandboxed);
      const names = (await connection.list()).map((tool) => tool.name);
      assert.deepEqual(names.toSorted(), [forPanels, ...tools().map((tool) => tool.name)].toSorted());
    });

    test('finds posts', { timeout }, async (t) => {
      const { connection } = await connected(t, sandboxed);
      await findsPosts(connection);
    });

    test('gets a tool error, in words', { timeout }, async (t) => {
      const { connection } = await connected(t, sandboxed);
      const result = await connection.call('search_posts', { limit: 500 });
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /limit: at most 100, got 500/);
    });

    test('cancels a running call: the request to the API ends, the connection lives on', { timeout }, async (t) => {
      const upstream = await startUpstream();
      t.after(() => upstream.stop());
      const { connection } = await connected(t, upstream.target);
      const abort = new AbortController();
      const call = connection.call('search_posts', {}, abort.signal);
      await Promise.race([upstream.asked, call.then((result) => assert.fail(`answered at once: ${JSON.stringify(result)}`))]);
      abort.abort();
      await Promise.all([assert.rejects(call), upstream.closed]);
      assert.equal((await connection.call('list_boards', {})).isError ?? false, false);
      assert.equal(upstream.attempts(), 1);
    });

    test('connects again after it closed', { timeout }, async (t) => {
      const { connect, connection } = await connected(t, sandboxed);
      await findsPosts(connection);
      await connection.close();
      await findsPosts(await connect());
    });
  });
}

/**
 * Asks again until the answer is one that is wanted, within the time of the test. The program waits for the names of an organization for
 * one second, and lists and completes without them then: a busy machine may take longer.
 */
export async function until(wanted, ask) {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
  }
}

/** Searches the sandbox through a connection, and judges the answer. */
async function findsPosts(connection) {
  const result = await connection.call('search_posts', { search: 'dark mode', limit: 3 });
  assert.equal(result.isError ?? false, false, result.content[0].text);
  areDarkModePosts(JSON.parse(result.content[0].text));
}

/** Judges what search_posts answers for three posts about "dark mode". */
export function areDarkModePosts({ data, totalCount }) {
  assert.equal(data.length, 3);
  assert.ok(totalCount > 3, `${totalCount} in total`);
  assert.ok(data.some((post) => post.title === 'Dark mode'), data.map((post) => post.title).join(', '));
  assert.ok(data.every((post) => /^[0-9a-f]{24}$/.test(post.id) && post.excerpt));
}

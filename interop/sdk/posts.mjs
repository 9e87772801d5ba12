// Posts: pages, filters, and one from its creation to its end.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { assertPages, client, everything } from '../lib/sdk.mjs';

const { boards, posts } = client.feedback;

describe('posts', () => {
  test('auto-paging yields each once, as many as a search counts', async () => {
    const { totalCount } = await posts.search({ query: everything, limit: 1 });
    assert.ok(totalCount >= 300, `${totalCount} posts`);
    await assertPages((limit) => posts.list({ limit, inReview: true }), totalCount);
  });

  test('the pages of a search go on where the last one ended', async () => {
    const ask = { query: everything, sort: 'upvotes:desc', limit: 4 };
    const first = await posts.search(ask);
    const second = await posts.search({ ...ask, cursor: first.nextCursor });
    assert.deepEqual([...first.data, ...second.data], (await posts.search({ ...ask, limit: 8 })).data);
  });

  test('filters and sorting hold for every post found', async () => {
    const query = { operator: 'AND', value: [{ field: 'upvotes', operator: '>=', value: 20 }] };
    const { data } = await posts.search({ query, sort: 'upvotes:desc', limit: 50 });
    const votes = data.map((post) => post.upvotes);
    assert.ok(votes.length > 1 && votes.every((count) => count >= 20));
    assert.deepEqual(votes, votes.toSorted((a, b) => b - a));
  });

  test('list arguments travel as the SDK writes them: several values in one', async () => {
    const wanted = (await boards.list()).slice(0, 2).map((board) => board.id);
    const { data } = await posts.list({ boardId: wanted, limit: 100 });
    assert.deepEqual(new Set(data.map((post) => post.boardId)), new Set(wanted));
  });

  test('one is created, found, changed, cleared and deleted', async () => {
    const [board, other] = await boards.list();
    const created = await posts.create({
      boardId: board.id,
      title: 'Exports in the colour teal',
      content: '<p>Teal exports.</p>',
      tags: ['Export'],
      author: { email: 'teal@example.com', name: 'Tess Teal' },
    });
    assert.deepEqual([created.title, created.author.name, created.upvotes], ['Exports in the colour teal', 'Tess Teal', 1]);
    assert.equal((await posts.search({ search: 'teal exports' })).data[0].id, created.id);

    const changed = await posts.update(created.id, { boardId: other.id, eta: '2026-12-24', title: 'Exports in teal' });
    assert.deepEqual([changed.boardId, changed.title, changed.content], [other.id, 'Exports in teal', created.content]);
    assert.match(changed.eta, /^2026-12-24/);
    assert.equal((await posts.update(created.id, { eta: null })).eta, null);
    const read = await posts.retrieve(created.id);
    assert.deepEqual([read.title, read.eta], ['Exports in teal', null]);

    assert.deepEqual(await posts.delete(created.id), { id: created.id, object: 'post', deleted: true });
    await assert.rejects(posts.retrieve(created.id), Featurebase.NotFoundError);
  });
});

// The official SDK against the sandbox: what it can do with Featurebase, it can do here, and every answer is one that the API
// document allows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { complaints, operationOf, operations } from './lib/contract.mjs';
import { startSandbox, tools } from './lib/program.mjs';

const toolsets = new Set(tools().map((t) => t.toolset));
const nowhere = '0123456789abcdef01234567';

let sandbox;
let client;
const called = new Set();
const refused = [];

// recorded is fetch with a look at what comes back.
async function recorded(url, init) {
  const response = await fetch(url, init);
  const operation = operationOf(init?.method ?? 'GET', new URL(url).pathname);
  assert.ok(operation, `no operation is documented for ${init?.method} ${url}`);
  const text = await response.clone().text();
  const wrong = complaints(operation, response.status, JSON.parse(text));
  if (wrong) refused.push(`${operation.id} ${response.status}: ${wrong}`);
  if (response.ok) called.add(operation.id);
  return response;
}

before(async () => {
  sandbox = await startSandbox();
  client = new Featurebase({ apiKey: 'sk_any', baseURL: sandbox.url, fetch: recorded, maxRetries: 0 });
});

after(async () => {
  assert.equal(await sandbox.stop(), 0);
});

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

const ids = (items) => new Set(items.map((i) => i.id));

describe('boards, statuses and custom fields', () => {
  test('lists are complete and their members can be read', async () => {
    for (const resource of [client.feedback.boards, client.feedback.postStatuses, client.feedback.customFields]) {
      const list = await resource.list();
      const items = Array.isArray(list) ? list : list.data;
      assert.ok(items.length >= 4);
      assert.deepEqual(await resource.retrieve(items[1].id), items[1]);
    }
  });
});

describe('posts', () => {
  test('every page comes once', async () => {
    const posts = await all(client.feedback.posts.list({ limit: 100 }));
    assert.ok(posts.length >= 250, `${posts.length} posts`);
    assert.equal(ids(posts).size, posts.length);
  });

  test('are created, changed, voted for, found and deleted', async () => {
    const { posts } = client.feedback;
    const [board, other] = await client.feedback.boards.list();
    const created = await posts.create({ boardId: board.id, title: 'Exports in the colour teal', content: '<p>Teal exports.</p>', tags: ['Export'], author: { email: 'teal@example.com', name: 'Tess Teal' } });
    assert.equal(created.author.name, 'Tess Teal');
    assert.equal(created.upvotes, 1);
    const changed = await posts.update(created.id, { boardId: other.id, eta: '2026-12-24', title: 'Exports in teal' });
    assert.deepEqual([changed.boardId, changed.title], [other.id, 'Exports in teal']);
    assert.equal((await posts.update(created.id, { eta: null })).eta, null);
    await posts.voters.add(created.id, { email: 'second@example.com' });
    await posts.voters.add(created.id, { email: 'second@example.com' });
    assert.equal((await posts.retrieve(created.id)).upvotes, 2);
    const voters = await all(posts.voters.list(created.id, { limit: 1 }));
    assert.equal(voters.length, 2);
    await posts.voters.remove(created.id, { email: 'second@example.com' });
    assert.equal((await posts.retrieve(created.id)).upvotes, 1);
    const found = await posts.search({ search: 'teal exports' });
    assert.equal(found.data[0].id, created.id);
    assert.deepEqual(await posts.delete(created.id), { id: created.id, object: 'post', deleted: true });
    await assert.rejects(posts.retrieve(created.id), Featurebase.NotFoundError);
  });

  test('are filtered and sorted', async () => {
    const query = { operator: 'AND', value: [{ field: 'upvotes', operator: '>=', value: 20 }] };
    const { data } = await client.feedback.posts.search({ query, sort: 'upvotes:desc', limit: 50 });
    const votes = data.map((p) => p.upvotes);
    assert.ok(votes.length > 1 && votes.every((v) => v >= 20));
    assert.deepEqual(votes, votes.toSorted((a, b) => b - a));
  });
});

describe('comments', () => {
  test('are written, answered, changed, found and deleted', async () => {
    const { comments, posts } = client.feedback;
    const post = (await posts.list({ limit: 1 })).data[0];
    const comment = await comments.create({ postId: post.id, content: '<p>Marmalade is the word.</p>' });
    const reply = await comments.create({ postId: post.id, parentCommentId: comment.id, content: '<p>It is.</p>', isPrivate: true, sendNotification: false });
    assert.equal((await posts.retrieve(post.id)).commentCount, post.commentCount + 2);
    assert.equal((await comments.update(comment.id, { isPinned: true })).isPinned, true);
    assert.equal((await comments.search({ search: 'marmalade' })).data[0].id, comment.id);
    const listed = await all(comments.list({ postId: post.id, privacy: 'all', limit: 2 }));
    assert.ok(ids(listed).has(reply.id));
    await comments.delete0(comment.id);
    assert.equal((await comments.retrieve(comment.id)).isDeleted, true, 'one with replies is blanked');
    assert.deepEqual(await comments.delete1({ id: reply.id }), { success: true });
    await assert.rejects(comments.retrieve(reply.id), Featurebase.NotFoundError);
  });
});

describe('contacts', () => {
  test('every page comes once', async () => {
    const contacts = await all(client.users.contacts.list({ limit: 50, contactType: 'all' }));
    assert.ok(contacts.length >= 120, `${contacts.length} contacts`);
    assert.equal(ids(contacts).size, contacts.length);
  });

  test('are created, found, blocked, subscribed and deleted', async () => {
    const { contacts } = client.users;
    const created = await contacts.createOrUpdate({ userId: 'interop-1', email: 'interop@example.com', name: 'Ina Interop', companies: [{ id: 'interop-co', name: 'Interop Co', monthlySpend: 50 }] });
    const updated = await contacts.createOrUpdate({ userId: 'interop-1', name: 'Ina I.' });
    assert.deepEqual([updated.id, updated.name, updated.email], [created.id, 'Ina I.', 'interop@example.com']);
    assert.deepEqual(await contacts.retrieve(created.id), await contacts.byUserID.retrieve('interop-1'));
    const found = await contacts.search({ query: { field: 'email', operator: '=', value: 'interop@example.com' } });
    assert.deepEqual([...ids(found.data)], [created.id]);
    assert.equal((await contacts.block(created.id)).blocked, true);
    assert.equal((await contacts.unblock(created.id)).unblocked, true);
    await contacts.emailPreferences.update(created.id, { preferences: { all: 'unsubscribed' } });
    const preferences = await contacts.emailPreferences.retrieve(created.id);
    assert.deepEqual(preferences.preferences.changelog, { status: 'subscribed', effectiveStatus: 'unsubscribed' });
    await contacts.byUserID.emailPreferences.update('interop-1', { preferences: { all: 'subscribed' } });
    assert.equal((await contacts.byUserID.emailPreferences.retrieve('interop-1')).preferences.changelog.effectiveStatus, 'subscribed');
    assert.equal((await contacts.delete(created.id)).deleted, true);
    await contacts.createOrUpdate({ userId: 'interop-2', email: 'interop2@example.com' });
    assert.equal((await contacts.byUserID.delete('interop-2')).deleted, true);
    await assert.rejects(contacts.byUserID.retrieve('interop-2'), Featurebase.NotFoundError);
  });
});

describe('errors', () => {
  test('have the SDK\'s classes', async () => {
    await assert.rejects(client.feedback.posts.retrieve(nowhere), Featurebase.NotFoundError);
    await assert.rejects(client.feedback.posts.retrieve('short'), Featurebase.BadRequestError);
    await assert.rejects(client.feedback.posts.create({ boardId: nowhere }), Featurebase.BadRequestError);
    await assert.rejects(client.feedback.posts.search({ cursor: 'made-up' }), Featurebase.BadRequestError);
    await assert.rejects(client.feedback.posts.list({ limit: 101 }), Featurebase.BadRequestError);
  });
});

describe('all of it', () => {
  test('every operation of the declared toolsets was called', () => {
    const missing = operations.filter((op) => toolsets.has(op.toolset) && !called.has(op.id)).map((op) => op.id);
    assert.deepEqual(missing, []);
    assert.equal(called.size, tools().length);
  });

  test('every answer is one that the document allows', () => assert.deepEqual(refused, []));
});

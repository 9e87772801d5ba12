// Webhooks: pages, one from its creation to its end, its secret, and what it hears of.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { all, assertPages, client, ids, outbox } from '../lib/sdk.mjs';

const { webhooks } = client;
const { BadRequestError, NotFoundError } = Featurebase;
const url = 'https://hooks.example.com/featurebase';

describe('webhooks', () => {
  test('auto-paging yields each once, and each reads the same alone', async () => {
    const { length } = await all(webhooks.list());
    assert.ok(length > 1, `${length} webhooks`);
    for (const webhook of await assertPages((limit) => webhooks.list({ limit }), length, 1)) {
      assert.deepEqual(await webhooks.retrieve(webhook.id), webhook);
    }
  });

  test('one is created, changed, paused, resumed and deleted', async () => {
    const created = await webhooks.create({ name: 'Interop', url, topics: ['post.created', 'post.voted'], description: 'For a test', requestConfig: { headers: { 'X-Team': 'qa' } } });
    assert.deepEqual([created.status, created.url, created.requestConfig.headers], ['active', url, { 'X-Team': 'qa' }]);
    assert.match(created.secret, /^whsec_.{16}/);

    const changed = await webhooks.update(created.id, { topics: ['comment.created'], description: null });
    assert.deepEqual([changed.topics, changed.description, changed.name], [['comment.created'], null, 'Interop'], 'topics are replaced, null clears');
    assert.equal(changed.secret, created.secret);

    assert.equal((await webhooks.update(created.id, { status: 'paused' })).status, 'paused');
    assert.ok(ids(await all(webhooks.list({ status: 'paused' }))).includes(created.id));
    assert.ok(!ids(await all(webhooks.list({ status: 'active' }))).includes(created.id));
    assert.equal((await webhooks.update(created.id, { status: 'active' })).status, 'active');

    assert.deepEqual(await webhooks.delete(created.id), { id: created.id, object: 'webhook', deleted: true });
    await assert.rejects(webhooks.retrieve(created.id), NotFoundError);
  });

  test('a new secret replaces the old one', async (t) => {
    const { id, secret } = await webhooks.create({ name: 'Rotating', url, topics: ['post.created'] });
    t.after(() => webhooks.delete(id));
    const fresh = (await webhooks.refreshSecret(id)).secret;
    assert.match(fresh, /^whsec_/);
    assert.notEqual(fresh, secret);
    assert.equal((await webhooks.retrieve(id)).secret, fresh);
    assert.notEqual((await webhooks.refreshSecret(id)).secret, fresh);
  });

  test('one hears of its topics while it is active', async (t) => {
    const { id } = await webhooks.create({ name: 'Listening', url, topics: ['comment.created', 'comment.deleted'] });
    t.after(() => webhooks.delete(id));
    const { comments, posts } = client.feedback;
    const [post] = (await posts.list({ limit: 1 })).data;
    const heard = async () => (await outbox()).filter(({ type, detail }) => type === 'webhook' && detail.webhookId === id).map(({ subject, detail }) => [subject, detail.itemId]);

    const comment = await comments.create({ postId: post.id, content: '<p>Is anybody there?</p>' });
    await posts.update(post.id, { title: `${post.title}!` });
    assert.deepEqual(await heard(), [['comment.created', comment.id]]);
    await webhooks.update(id, { status: 'paused' });
    await comments.delete0(comment.id);
    assert.equal((await heard()).length, 1);
  });

  for (const [what, change] of [
    ['an address without TLS', { url: 'http://hooks.example.com' }],
    ['a topic that nobody knows', { topics: ['post.exploded'] }],
    ['a time limit, which only answers have', { requestConfig: { timeoutMs: 3000 } }],
    ['more than ten headers', { requestConfig: { headers: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`X-${i}`, 'on'])) } }],
  ]) {
    test(`${what} is refused`, async () => {
      const [field] = Object.keys(change);
      await assert.rejects(webhooks.create({ name: 'Refused', url, topics: ['post.created'], ...change }), (error) => {
        assert.ok(error instanceof BadRequestError, `${error}`);
        return error.error.error.param.startsWith(field);
      });
    });
  }

  test('an organization has ten at most', async (t) => {
    const made = [];
    t.after(() => Promise.all(made.map((id) => webhooks.delete(id))));
    for (let n = (await all(webhooks.list())).length; n < 10; n++) {
      made.push((await webhooks.create({ name: `Number ${n}`, url, topics: ['post.created'] })).id);
    }
    await assert.rejects(webhooks.create({ name: 'One more', url, topics: ['post.created'] }), BadRequestError);
  });
});

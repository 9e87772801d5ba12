// Comments: pages, and a thread from its first word to its end.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { all, assertPages, client, everything, ids } from '../lib/sdk.mjs';

const { comments, posts } = client.feedback;

describe('comments', () => {
  test('auto-paging yields each once, as many as a search counts', async () => {
    const { totalCount } = await comments.search({ query: everything, limit: 1 });
    assert.ok(totalCount >= 400, `${totalCount} comments`);
    await assertPages((limit) => comments.list({ limit, privacy: 'all' }), totalCount);
  });

  test('are written, answered, changed, found and deleted', async () => {
    const post = (await posts.list({ limit: 1 })).data[0];
    const comment = await comments.create({ postId: post.id, content: '<p>Marmalade is the word.</p>' });
    const reply = await comments.create({ postId: post.id, parentCommentId: comment.id, content: '<p>It is.</p>', isPrivate: true, sendNotification: false });
    assert.deepEqual([reply.parentCommentId, reply.isPrivate], [comment.id, true]);
    assert.equal((await posts.retrieve(post.id)).commentCount, post.commentCount + 2);

    const changed = await comments.update(comment.id, { isPinned: true, content: '<p>Marmalade, again.</p>' });
    assert.deepEqual([changed.isPinned, changed.content], [true, '<p>Marmalade, again.</p>']);
    assert.equal((await comments.search({ search: 'marmalade' })).data[0].id, comment.id);
    const listed = ids(await all(comments.list({ postId: post.id, privacy: 'all', limit: 2 })));
    assert.ok(listed.includes(comment.id) && listed.includes(reply.id), listed.join());

    assert.deepEqual(await comments.delete0(comment.id), { id: comment.id, object: 'comment', deleted: true });
    const blanked = await comments.retrieve(comment.id);
    assert.deepEqual([blanked.isDeleted, blanked.content.includes('Marmalade')], [true, false], 'one with replies keeps its place');
    assert.deepEqual(await comments.delete1({ id: reply.id }), { success: true });
    await assert.rejects(comments.retrieve(reply.id), Featurebase.NotFoundError);
  });
});

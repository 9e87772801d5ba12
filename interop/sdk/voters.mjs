// Voters of a post.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, client, ids } from '../lib/sdk.mjs';

const { boards, posts } = client.feedback;

describe('voters', () => {
  test('a vote counts once, is listed, and is taken back', async () => {
    const [board] = await boards.list();
    const post = await posts.create({ boardId: board.id, title: 'Votes to count', author: { email: 'first@example.com' } });
    const upvotes = async () => (await posts.retrieve(post.id)).upvotes;

    const vote = await posts.voters.add(post.id, { email: 'second@example.com', name: 'Sam Second' });
    assert.deepEqual([vote.added, vote.postId], [true, post.id]);
    assert.equal((await posts.voters.add(post.id, { id: vote.id })).id, vote.id);
    assert.equal(await upvotes(), 2);

    const voters = await all(posts.voters.list(post.id, { limit: 1 }));
    assert.deepEqual(new Set(ids(voters)), new Set([post.author.id, vote.id]));

    assert.equal((await posts.voters.remove(post.id, { email: 'second@example.com' })).removed, true);
    assert.equal(await upvotes(), 1);
    assert.deepEqual(ids(await all(posts.voters.list(post.id))), [post.author.id]);
  });
});

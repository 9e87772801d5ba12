// Boards, post statuses and post custom fields: read-only, without pages.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { client } from '../lib/sdk.mjs';

describe('boards, statuses and custom fields', () => {
  for (const name of ['boards', 'postStatuses', 'customFields']) {
    test(`${name} are listed whole, and each member reads the same alone`, async () => {
      const resource = client.feedback[name];
      const answer = await resource.list();
      const items = name === 'customFields' ? answer.data : answer;
      assert.ok(items.length >= 4, `${items.length} ${name}`);
      for (const item of items) assert.deepEqual(await resource.retrieve(item.id), item);
    });
  }

  test('posts refer to boards and statuses that exist', async () => {
    const [boards, statuses] = [await client.feedback.boards.list(), await client.feedback.postStatuses.list()];
    const { data } = await client.feedback.posts.list({ limit: 100 });
    for (const post of data) {
      assert.ok(boards.some((board) => board.id === post.boardId));
      assert.ok(statuses.some((status) => status.id === post.status.id));
    }
  });
});

// The judge of the other suites: it has to refuse what the API document does not allow, or its silence means nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints, operationOf, operations } from './lib/contract.mjs';

const removed = { id: '0123456789abcdef01234567', object: 'post', deleted: true };
const deletePost = operations.find((op) => op.id === 'deletePost');

test('an answer as documented passes', () => assert.equal(complaints(deletePost, 200, removed), ''));

for (const [what, status, body, words] of [
  ['a missing field', 200, { ...removed, object: undefined }, /required property 'object'/],
  ['a wrong constant', 200, { ...removed, object: 'comment' }, /object must be equal to constant/],
  ['a wrong type', 200, { ...removed, id: 7 }, /id must be string/],
  ['a success under a status nobody documented', 204, removed, /204 is not documented/],
  ['an error without its envelope', 404, { message: 'Not found' }, /required property 'error'/],
]) {
  test(`${what} is refused`, () => assert.match(complaints(deletePost, status, structuredClone(body)), words));
}

test('words in a path win over holes', () => {
  assert.equal(operationOf('POST', '/v2/posts/search').id, 'searchPosts');
  assert.equal(operationOf('get', '/v2/contacts/by-user-id/7').id, 'getContactByUserId');
  assert.equal(operationOf('GET', '/v2/nothing'), undefined);
});

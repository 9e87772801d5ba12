// Errors arrive as the SDK's own classes, with what the API said; passing ones are outlived by its retries.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { client, connect, nowhere, requests, sandbox } from '../lib/sdk.mjs';

const { comments, posts } = client.feedback;

describe('errors', () => {
  const { BadRequestError, NotFoundError } = Featurebase;
  for (const [what, send, kind, code, param] of [
    ['a post that does not exist', () => posts.retrieve(nowhere), NotFoundError, 'resource_not_found'],
    ['a contact that does not exist', () => client.users.contacts.byUserID.retrieve('nobody'), NotFoundError, 'resource_not_found'],
    ['a change of what does not exist', () => comments.update(nowhere, { isPinned: true }), NotFoundError, 'resource_not_found'],
    ['an id that is none', () => posts.retrieve('short'), BadRequestError, 'invalid_id', 'id'],
    ['a missing field', () => posts.create({ title: 'No board' }), BadRequestError, 'invalid_request', 'boardId'],
    ['a field nobody knows', () => posts.update(nowhere, { colour: 'teal' }), BadRequestError, 'invalid_request'],
    ['a limit above the highest', () => posts.list({ limit: 101 }), BadRequestError, 'invalid_request', 'limit'],
    ['a cursor made up', () => posts.search({ cursor: 'made-up' }), BadRequestError, 'invalid_cursor', 'cursor'],
  ]) {
    test(`${what}: ${code}`, async () => {
      await assert.rejects(send, (error) => {
        assert.ok(error instanceof kind, `${error}`);
        assert.equal(error.error.error.code, code);
        if (param) assert.equal(error.error.error.param, param);
        return true;
      });
    });
  }
});

describe('passing faults', () => {
  const setFaults = async (faults) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify({ faults }) });
    assert.equal(answer.status, 200);
  };
  afterEach(() => setFaults([]));

  for (const status of [429, 503]) {
    test(`a ${status} on every second request is outlived`, async () => {
      await setFaults([{ kind: 'status', rate: 0.5, operation: 'listBoards', status }]);
      const before = requests;
      const patient = connect({ maxRetries: 2 });
      const lists = [await patient.feedback.boards.list(), await patient.feedback.boards.list()];
      assert.deepEqual(lists[0], lists[1]);
      assert.equal(requests - before, 3);
    });
  }

  test('one that stays is the error of its status', async () => {
    await setFaults([{ kind: 'status', rate: 1, operation: 'listBoards', status: 429 }]);
    await assert.rejects(client.feedback.boards.list(), Featurebase.RateLimitError);
    await setFaults([{ kind: 'status', rate: 1, operation: 'listBoards', status: 500 }]);
    await assert.rejects(client.feedback.boards.list(), Featurebase.InternalServerError);
  });
});

// The official SDK against the sandbox: what it can do with Featurebase, it can do here. The cases are under sdk/, by subject;
// this file holds what is true of all of them.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { operations } from './lib/contract.mjs';
import { tools } from './lib/program.mjs';
import { faults, methods, reached, sandbox, used } from './lib/sdk.mjs';
import './sdk/boards.mjs';
import './sdk/posts.mjs';
import './sdk/voters.mjs';
import './sdk/comments.mjs';
import './sdk/contacts.mjs';
import './sdk/errors.mjs';

after(async () => assert.equal(await sandbox.stop(), 0));

describe('all of it', () => {
  test('every method of the SDK was called', () => {
    assert.deepEqual(methods.filter((name) => !used.has(name)), []);
  });

  test('every operation of the declared toolsets succeeded, and each has a tool', () => {
    const declared = tools();
    const toolsets = new Set(declared.map((tool) => tool.toolset));
    const promised = operations.filter((op) => toolsets.has(op.toolset)).map((op) => op.id);
    assert.deepEqual([...reached].sort(), promised.sort());
    assert.equal(declared.length, promised.length);
    assert.equal(methods.length, promised.length);
  });

  test('every answer is one that the API document allows', () => assert.deepEqual(faults, []));
});

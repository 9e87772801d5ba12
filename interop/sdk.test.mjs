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
import './sdk/companies.mjs';
import './sdk/conversations.mjs';
import './sdk/tickets.mjs';
import './sdk/changelogs.mjs';
import './sdk/helpcenter.mjs';
import './sdk/surveys.mjs';
import './sdk/webhooks.mjs';
import './sdk/organization.mjs';
import './sdk/auditlogs.mjs';
import './sdk/reports.mjs';
import './sdk/errors.mjs';

after(async () => assert.equal(await sandbox.stop(), 0));

describe('all of it', () => {
  test('every method of the SDK was called', () => {
    assert.deepEqual(methods.filter((name) => !used.has(name)), []);
  });

  test('every operation of nova succeeded, and each has a method and a tool', () => {
    const promised = operations.filter((op) => !op.later).map((op) => op.id).sort(); // the SDK has none of the later ones
    assert.deepEqual([...reached].sort(), promised);
    assert.equal(methods.length, promised.length);
    assert.equal(tools().filter(({ toolset, apiVersion }) => !apiVersion && !['workflows', 'plans'].includes(toolset)).length, promised.length); // those are made of operations
  });

  test('every answer is one that the API document allows', () => assert.deepEqual(faults, []));
});

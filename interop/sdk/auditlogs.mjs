// The audit log: pages, filters, and what writes leave in it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, assertPages, client } from '../lib/sdk.mjs';

const { auditLogs, webhooks } = client;

describe('the audit log', () => {
  test('auto-paging yields each event once, the newest first', async () => {
    const { length } = await all(auditLogs.list({ limit: 100 }));
    assert.ok(length > 20, `${length} events`);
    const times = (await assertPages((limit) => auditLogs.list({ limit }), length)).map((event) => event.createdAt);
    assert.deepEqual(times, times.toSorted().reverse());
  });

  test('each filter leaves what it says', async () => {
    const events = await all(auditLogs.list({ limit: 100 }));
    const at = events[events.length >> 1].createdAt;
    for (const [filter, fits] of [
      [{ action: 'auth.login' }, (event) => event.action === 'auth.login'],
      [{ domain: 'integrations' }, (event) => event.domain === 'integrations'],
      [{ startDate: at }, (event) => event.createdAt >= at],
      [{ endDate: at }, (event) => event.createdAt <= at],
      [{ startDate: at, domain: 'authentication' }, (event) => event.createdAt >= at && event.domain === 'authentication'],
    ]) {
      const fitting = events.filter(fits);
      assert.ok(fitting.length > 0 && fitting.length < events.length, JSON.stringify(filter));
      assert.deepEqual(await all(auditLogs.list({ ...filter, limit: 100 })), fitting);
    }
  });

  test('a write leaves an event with what was done to what, and no secret', async () => {
    const requestConfig = { headers: { Authorization: 'Basic c2VjcmV0' } };
    const { id, secret } = await webhooks.create({ name: 'Audited', url: 'https://hooks.example.com/audit', topics: ['post.created'], requestConfig });
    await webhooks.refreshSecret(id);
    await webhooks.delete(id);
    const events = (await auditLogs.list({ limit: 3 })).data;
    assert.deepEqual(events.map((event) => event.action), ['webhook.deleted', 'webhook.secret_rotated', 'webhook.created']);
    assert.deepEqual(events.map(({ resource }) => [resource.type, resource.id, resource.name]), Array(3).fill(['webhook', id, 'Audited']));
    assert.ok(events.every(({ domain }) => domain === 'integrations'));
    assert.doesNotMatch(JSON.stringify(events), new RegExp(`${secret}|c2VjcmV0`));
  });
});

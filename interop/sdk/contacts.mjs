// Contacts: pages, and one from its creation to its end, by either of its ids.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { assertFilters, seconds } from '../lib/search.mjs';
import { all, assertPages, client, everything, ids } from '../lib/sdk.mjs';

const { contacts } = client.users;

describe('contacts', () => {
  test('auto-paging yields each once, as many as a search counts', async () => {
    const { totalCount } = await contacts.search({ query: everything, limit: 1 });
    assert.ok(totalCount >= 120, `${totalCount} contacts`);
    await assertPages((limit) => contacts.list({ limit, contactType: 'all' }), totalCount);
  });

  test('each filter finds what it says, with each of its operators', async () => {
    await assertFilters({
      operation: 'searchContacts',
      search: (ask) => contacts.search(ask),
      items: await all(contacts.list({ limit: 100, contactType: 'all' })),
      everything,
      reads: {
        externalId: (contact) => contact.userId,
        email: (contact) => contact.email,
        name: (contact) => contact.name,
        type: (contact) => contact.type,
        companyIds: (contact) => ids(contact.companies),
        postsCreated: (contact) => contact.postsCreated,
        commentsCreated: (contact) => contact.commentsCreated,
        lastActivity: (contact) => contact.lastActivity && seconds(contact.lastActivity),
        createdAt: (contact) => Number.parseInt(contact.id.slice(0, 8), 16), // contacts do not tell; their ids begin with it
      },
    });
  });

  test('one is created, changed, found, blocked, unblocked and deleted', async () => {
    const created = await contacts.createOrUpdate({
      userId: 'interop-1',
      email: 'interop@example.com',
      name: 'Ina Interop',
      companies: [{ id: 'interop-co', name: 'Interop Co', monthlySpend: 50 }],
    });
    assert.deepEqual(created.companies.map((company) => company.name), ['Interop Co']);
    const updated = await contacts.createOrUpdate({ userId: 'interop-1', name: 'Ina I.' });
    assert.deepEqual([updated.id, updated.name, updated.email], [created.id, 'Ina I.', 'interop@example.com']);
    assert.deepEqual(await contacts.retrieve(created.id), await contacts.byUserID.retrieve('interop-1'));
    const found = await contacts.search({ query: { field: 'email', operator: '=', value: 'interop@example.com' } });
    assert.deepEqual(ids(found.data), [created.id]);

    assert.equal((await contacts.block(created.id)).blocked, true);
    assert.equal((await contacts.unblock(created.id)).unblocked, true);
    assert.equal((await contacts.delete(created.id)).deleted, true);
    await assert.rejects(contacts.retrieve(created.id), Featurebase.NotFoundError);
  });

  test('one is deleted by the id its company knows it by', async () => {
    await contacts.createOrUpdate({ userId: 'interop-2', email: 'interop2@example.com' });
    assert.equal((await contacts.byUserID.delete('interop-2')).deleted, true);
    await assert.rejects(contacts.byUserID.retrieve('interop-2'), Featurebase.NotFoundError);
  });
});

describe('e-mail preferences', () => {
  test('a switch for everything shows in each, by either id', async () => {
    const contact = await contacts.createOrUpdate({ userId: 'interop-3', email: 'interop3@example.com' });
    await contacts.emailPreferences.update(contact.id, { preferences: { all: 'unsubscribed' } });
    const off = await contacts.byUserID.emailPreferences.retrieve('interop-3');
    assert.deepEqual(off.preferences.changelog, { status: 'subscribed', effectiveStatus: 'unsubscribed' });

    await contacts.byUserID.emailPreferences.update('interop-3', { preferences: { all: 'subscribed' } });
    const on = await contacts.emailPreferences.retrieve(contact.id);
    assert.equal(on.preferences.changelog.effectiveStatus, 'subscribed');
  });
});

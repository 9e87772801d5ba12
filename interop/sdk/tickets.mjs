// Tickets, by their numbers: pages, filters, and one from its creation to its end.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { all, assertPages, client, ids, mails } from '../lib/sdk.mjs';

const { tickets } = client.support;
const { BadRequestError, NotFoundError } = Featurebase;
const list = (filter) => all(tickets.list({ limit: 100, ...filter }));

describe('categories, statuses and custom fields of tickets', () => {
  for (const name of ['categories', 'statuses', 'customFields']) {
    test(`${name} are listed whole, and each reads the same alone`, async () => {
      const answer = await tickets[name].list();
      const items = name === 'customFields' ? answer.data : answer;
      assert.ok(items.length > 1, `${items.length} ${name}`);
      for (const item of items) assert.deepEqual(await tickets[name].retrieve(item.id), item);
    });
  }
});

describe('tickets', () => {
  test('auto-paging yields each once, and each reads by its number, with its messages', async () => {
    const { length } = await list();
    assert.ok(length > 10, `${length} tickets`);
    for (const ticket of await assertPages((limit) => tickets.list({ limit }), length, 7)) {
      const { conversationParts, ...read } = await tickets.retrieve(ticket.ticketNumber);
      assert.deepEqual(read, ticket);
      assert.ok(Array.isArray(conversationParts));
    }
  });

  test('each filter leaves what it says', async () => {
    const listed = await list();
    const { assigneeId } = listed.find((ticket) => ticket.assigneeId);
    const { status, ticketCategoryId } = listed[0];
    const types = [...new Set(listed.map((ticket) => ticket.categoryType))];
    assert.equal(types.length, 3);
    for (const [filter, fits] of [
      [{ assigneeId }, (ticket) => ticket.assigneeId === assigneeId],
      [{ statusIds: [status.id] }, (ticket) => ticket.status.id === status.id],
      [{ ticketCategoryIds: [ticketCategoryId] }, (ticket) => ticket.ticketCategoryId === ticketCategoryId],
      [{ statusIds: [status.id], ticketCategoryIds: [ticketCategoryId] }, (ticket) => ticket.status.id === status.id && ticket.ticketCategoryId === ticketCategoryId],
      ...types.map((categoryType) => [{ categoryType }, (ticket) => ticket.categoryType === categoryType]),
    ]) {
      const fitting = listed.filter(fits);
      assert.ok(fitting.length > 0 && fitting.length < listed.length, JSON.stringify(filter));
      assert.deepEqual(ids(await list(filter)), ids(fitting), JSON.stringify(filter));
    }
  });

  test('lists are sorted by number, creation or last change, either way', async () => {
    for (const [sortBy, key] of [
      ['ticketNumber', (ticket) => ticket.ticketNumber],
      ['date', (ticket) => Date.parse(ticket.createdAt)],
      ['recent', (ticket) => Date.parse(ticket.updatedAt)],
    ]) {
      const keys = (await list({ sortBy, sortOrder: 'asc' })).map(key);
      assert.deepEqual(keys, keys.toSorted((a, b) => a - b), sortBy);
      assert.deepEqual((await list({ sortBy, sortOrder: 'desc' })).map(key), keys.toReversed(), sortBy);
    }
  });

  test('one is created, answered, noted, closed, and deleted with its conversation', async () => {
    const ticketCategoryId = await firstOf('customer');
    const [field] = (await tickets.customFields.list()).data.filter(({ type }) => type === 'text');
    const [contact] = (await client.users.contacts.list({ limit: 1, contactType: 'customer' })).data;
    const { data } = await client.organization.admins.list();
    const conversation = await client.support.conversations.create({ from: { type: 'contact', id: contact.id }, bodyMarkdown: 'The widget hums.' });
    const before = (await mails()).length;
    const created = await tickets.create({
      author: { id: contact.id },
      title: 'Humming widget',
      content: '<p>It hums.</p>',
      ticketCategoryId,
      customFields: { [field.id]: 'W-1' },
      linkedConversationId: conversation.id,
      skipNotifications: true,
    });
    assert.deepEqual([created.title, created.author.id, created.open, created.status.isDefault], ['Humming widget', contact.id, true, true]);
    assert.deepEqual([created.customFields[field.id], created.linkedConversations], ['W-1', [{ id: conversation.id, role: 'customer' }]]);
    assert.deepEqual(ids(await list({ q: 'humming' })), [created.id]);
    const number = created.ticketNumber;

    const quiet = { skipNotifications: true };
    await tickets.reply(number, { type: 'admin', adminId: data[0].id, body: '<p>Which <em>widget</em>?</p>', ...quiet });
    await tickets.reply(number, { type: 'admin', adminId: data[0].id, messageType: 'note', body: '<p>Not again.</p>', ...quiet });
    await tickets.reply(number, { type: 'contact', contactId: contact.id, body: '<p>The blue one.</p>', ...quiet });
    const { conversationParts } = await tickets.retrieve(number);
    assert.deepEqual(
      conversationParts.filter((part) => part.bodyHtml).map(({ partType, author, bodyHtml }) => [partType, author.id, bodyHtml]).slice(-3),
      [
        ['admin_msg', data[0].id, '<p>Which <em>widget</em>?</p>'],
        ['admin_note', data[0].id, '<p>Not again.</p>'],
        ['user_msg', contact.id, '<p>The blue one.</p>'],
      ],
    );
    assert.equal((await mails()).length, before, 'nobody was told');

    const closed = await tickets.update(number, { open: false, customFields: { [field.id]: null }, assigneeId: data[0].id, ...quiet });
    assert.deepEqual([closed.open, closed.status, closed.assigneeId, closed.customFields[field.id] ?? null], [false, created.status, data[0].id, null]);
    assert.equal((await tickets.reply(number, { type: 'contact', contactEmail: contact.email, body: '<p>It hums again.</p>' })).open, true, 'an answer reopens it');
    assert.equal((await mails()).length, before + 1);

    const [, other] = await tickets.statuses.list();
    const changed = await tickets.update(number, { statusId: other.id, snoozedUntil: '2030-01-01T00:00:00.000Z', assigneeId: null, ...quiet });
    assert.deepEqual([changed.status.id, changed.snoozedUntil, changed.assigneeId], [other.id, '2030-01-01T00:00:00.000Z', null]);
    assert.equal((await tickets.update(number, { snoozedUntil: null, ...quiet })).snoozedUntil, null);

    assert.deepEqual(await tickets.delete(number), { id: created.id, object: 'ticket', deleted: true }, 'the id, not the number');
    await assert.rejects(tickets.retrieve(number), NotFoundError);
    await assert.rejects(client.support.conversations.retrieve(conversation.id), NotFoundError, 'customers saw it');
    const next = await tickets.create({ author: { id: contact.id }, title: 'Another', ticketCategoryId, ...quiet });
    assert.ok(next.ticketNumber > number, 'no number is used twice');
  });

  test('files of a custom field are copied, and signed for an hour', async () => {
    const [field] = (await tickets.customFields.list()).data.filter(({ type }) => type === 'file');
    const file = { url: 'https://files.customer.example/hum.wav', name: 'hum.wav' };
    const given = { author: { email: 'hum@example.com', name: 'Hugh Hum' }, title: 'Listen', ticketCategoryId: await firstOf('customer'), customFields: { [field.id]: file } };
    const { customFields, author } = await tickets.create(given);
    const [stored] = [JSON.parse(customFields[field.id])].flat();
    assert.deepEqual([stored.name, author.name], ['hum.wav', 'Hugh Hum']);
    assert.notEqual(new URL(stored.url).host, 'files.customer.example');
    assert.match(stored.url, /Signature=/);
    await assert.rejects(tickets.create({ ...given, customFields: { [field.id]: { ...file, url: 'http://files.customer.example/hum.wav' } } }), BadRequestError);
  });

  test('paths take the number, not the id', async () => {
    const [{ id }] = (await tickets.list({ limit: 1 })).data;
    await assert.rejects(tickets.retrieve(id), BadRequestError);
    await assert.rejects(tickets.retrieve(999_999), NotFoundError);
  });
});

/** The id of a category of this type: tickets tell what their category is for, categories do not. */
async function firstOf(categoryType) {
  return (await tickets.list({ categoryType, limit: 1 })).data[0].ticketCategoryId;
}

// Conversations: pages, searches, and one from its first message to its end, with its parts, participants, tags and attributes.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { assertFilters, found, seconds } from '../lib/search.mjs';
import { all, assertPages, client, everything, ids, mails } from '../lib/sdk.mjs';

const { conversationTags, conversations } = client.support;
const { conversationAttributes } = client;
const { contacts } = client.users;
const { BadRequestError, NotFoundError } = Featurebase;

let admins, customers;
before(async () => {
  admins = ids((await client.organization.admins.list()).data);
  customers = (await contacts.list({ limit: 5, contactType: 'customer' })).data;
});

/** Starts a conversation as the first customer. */
const start = (bodyMarkdown) => conversations.create({ from: { type: 'contact', id: customers[0].id }, bodyMarkdown });

describe('conversations', () => {
  test('auto-paging yields each once, as many as a search counts, the last active first', async () => {
    const { totalCount } = await conversations.search({ query: everything, limit: 1 });
    assert.ok(totalCount >= 40, `${totalCount} conversations`);
    const listed = await assertPages((limit) => conversations.list({ limit }), totalCount);
    const times = listed.map((conversation) => conversation.lastActivityAt);
    assert.deepEqual(times, times.toSorted().reverse());
  });

  test('each filter finds what it says, with each of its operators', async () => {
    const rows = await found((ask) => conversations.search(ask), { query: everything });
    const threads = new Map();
    for (const { id } of rows) threads.set(id, (await conversations.retrieve(id)).conversationParts);
    const companies = Object.fromEntries((await all(contacts.list({ limit: 100, contactType: 'all' }))).map((contact) => [contact.id, ids(contact.companies ?? [])]));
    const names = (await client.organization.admins.list()).data;
    const participants = (row) => ids(row.participants);
    await assertFilters({
      operation: 'searchConversations',
      search: (ask) => conversations.search(ask),
      items: rows,
      everything,
      reads: {
        state: (row) => row.state,
        priority: (row) => row.priority,
        adminAssigneeId: (row) => row.adminAssigneeId,
        teamAssigneeId: (row) => row.teamAssigneeId,
        brandId: (row) => row.brandId,
        tagIds: (row) => ids(row.tags),
        userId: participants,
        participantId: participants,
        companyId: (row) => participants(row).flatMap((id) => companies[id] ?? []),
        mentionedAdminIds: (row) => {
          const notes = threads.get(row.id).filter((part) => part.partType === 'admin_note');
          return ids(names.filter(({ name }) => notes.some((note) => note.bodyMarkdown.includes(`@${name}`))));
        },
        createdAt: (row) => seconds(row.createdAt),
      },
    });
  });

  test('one is found by its words, with the message that has them; cursors stay in their mode', async () => {
    const { id } = await start('The zeppelin does not land.');
    const part = await conversations.reply(id, { type: 'admin', id: admins[0], messageType: 'reply', bodyMarkdown: 'Pull the **mooring rope**.' });
    const { data } = await conversations.search({ search: 'zeppelin' });
    assert.deepEqual(ids(data), [id]);
    const [row] = (await conversations.search({ search: 'mooring rope' })).data;
    assert.deepEqual([row.id, row.matchingPart.id, row.matchingPartAuthor.id, row.conversationUser.id], [id, part.id, admins[0], customers[0].id]);
    assert.match(row.matchingBodyPreviewMarkdown, /mooring rope/);
    assert.deepEqual([row.conversationParts, row.readReceipts], [undefined, undefined], 'rows are slim');

    const { nextCursor } = await conversations.search({ query: everything, limit: 1 });
    await assert.rejects(conversations.search({ search: 'zeppelin', cursor: nextCursor }), BadRequestError);
  });

  test('one is started by a contact, answered, noted, snoozed, closed, opened again and deleted', async () => {
    const created = await start('The *lamp* flickers.\n\n![lamp](https://pictures.customer.example/lamp.png)');
    const { id } = created;
    assert.match(id, /^\d+$/);
    assert.deepEqual([created.state, created.priority, created.tags, ids(created.participants)], ['open', false, [], [customers[0].id]]);
    assert.deepEqual([created.source.channel, created.source.author.id, created.source.deliveredAs], ['desktop', customers[0].id, 'customer_initiated']);
    assert.match(created.source.bodyHtml, /<em>lamp<\/em>[^]*<img src="https:\/\/(?!pictures\.customer)/, 'pictures are copied');
    assert.match(created.source.bodyMarkdown, /!\[Image\]\(\)/, 'and the opening message names them in its HTML alone');
    assert.deepEqual((await conversations.retrieve(id)).conversationParts, []);

    const told = (await mails()).length;
    const reply = await conversations.reply(id, { type: 'admin', id: admins[0], messageType: 'reply', bodyMarkdown: 'Which **one**?' });
    assert.deepEqual([reply.partType, reply.author.id, reply.bodyMarkdown], ['admin_msg', admins[0], 'Which **one**?']);
    assert.match(reply.bodyHtml, /<strong>one<\/strong>/);
    assert.equal((await mails()).length, told + 1);
    const quiet = await conversations.retrieve(id);
    const note = await conversations.reply(id, { type: 'admin', id: admins[1], messageType: 'note', bodyMarkdown: 'Old bulbs.' });
    await conversations.reply(id, { type: 'admin', id: admins[1], messageType: 'reply', bodyMarkdown: 'Imported.', skipNotifications: true });
    assert.deepEqual([note.partType, note.channel, (await mails()).length], ['admin_note', undefined, told + 1], 'nobody is told of a note');
    assert.equal(quiet.awaitingCustomerReply, true);

    await assert.rejects(conversations.update(id, { state: 'snoozed' }), BadRequestError, 'until when?');
    const snoozedUntil = '2030-01-01T00:00:00.000Z';
    const snoozed = await conversations.update(id, { state: 'snoozed', snoozedUntil });
    assert.deepEqual([snoozed.state, snoozed.snoozedUntil], ['snoozed', snoozedUntil]);
    const closed = await conversations.update(id, { state: 'closed', title: 'Flickering lamp', adminAssigneeId: admins[1], actingAdminId: admins[0] });
    assert.deepEqual([closed.state, closed.snoozedUntil, closed.title, closed.adminAssigneeId], ['closed', null, 'Flickering lamp', admins[1]]);

    const [team] = (await client.organization.teams.list()).data;
    const assigned = await conversations.update(id, { adminAssigneeId: null, teamAssigneeId: team.id });
    assert.deepEqual([assigned.adminAssigneeId, assigned.teamAssigneeId], [null, team.id]);
    await conversations.reply(id, { type: 'contact', id: customers[0].id, messageType: 'reply', bodyMarkdown: 'The big one.' });
    const reopened = await conversations.retrieve(id);
    assert.deepEqual([reopened.state, reopened.awaitingCustomerReply], ['open', false], 'an answer opens it again');
    assert.ok(reopened.waitingSince);
    assert.equal((await conversations.list({ limit: 1 })).data[0].id, id);

    const texts = reopened.conversationParts.filter((part) => part.bodyMarkdown).map((part) => part.bodyMarkdown);
    assert.deepEqual(texts, ['Which **one**?', 'Old bulbs.', 'Imported.', 'The big one.']);
    const assigns = reopened.conversationParts.filter((part) => part.partType === 'assign');
    assert.deepEqual(assigns.map((part) => [part.adminAssigneeId, part.teamAssigneeId]), [[admins[1], null], [null, team.id]]);
    assert.equal(assigns[0].adminAssignerId, admins[0]);
    const states = reopened.conversationParts.filter((part) => part.partType === 'status').map((part) => part.status);
    assert.deepEqual(states, ['snoozed', 'closed', 'open']);

    assert.deepEqual(await conversations.delete(id), { id, object: 'conversation', deleted: true });
    await assert.rejects(conversations.retrieve(id), NotFoundError);
  });

  test('an admin reaches out by e-mail, with a subject, to people who may be new', async () => {
    const outreach = {
      from: { type: 'admin', id: admins[0] },
      channel: 'email',
      subject: 'Your order of lamps',
      bodyMarkdown: 'They are on their way.',
      recipients: { to: { ids: [customers[1].id], emails: ['lamplighter@new.example'] } },
    };
    const created = await conversations.create(outreach);
    const [, stranger] = ids(created.participants);
    assert.deepEqual([created.source.channel, created.source.subject, created.source.deliveredAs], ['email', 'Your order of lamps', 'admin_initiated']);
    assert.deepEqual([created.source.author, created.participants[0].id], [{ id: admins[0], type: 'admin' }, customers[1].id]);
    assert.equal((await contacts.retrieve(stranger)).email, 'lamplighter@new.example');
    const answer = await conversations.reply(created.id, { type: 'contact', id: stranger, messageType: 'reply', bodyMarkdown: 'Thanks!' });
    assert.deepEqual([answer.partType, answer.channel, answer.author.id], ['email_msg', 'email', stranger]);

    for (const lacking of [{ subject: undefined }, { recipients: undefined }, { from: { type: 'admin', id: customers[0].id } }]) {
      await assert.rejects(conversations.create({ ...outreach, ...lacking }), BadRequestError, JSON.stringify(lacking));
    }
  });

  test('a message is blanked for good; notes cannot be', async () => {
    const { id } = await start('My password is');
    const part = await conversations.reply(id, { type: 'contact', id: customers[0].id, messageType: 'reply', bodyMarkdown: 'hunter2' });
    const note = await conversations.reply(id, { type: 'admin', id: admins[0], messageType: 'note', bodyMarkdown: 'Oops.' });
    await conversations.redact({ type: 'conversation_part', conversationId: id, conversationPartId: part.id, actingAdminId: admins[0] });
    const [blank] = (await conversations.retrieve(id)).conversationParts;
    assert.deepEqual([blank.id, blank.redacted, blank.bodyHtml, blank.bodyMarkdown], [part.id, true, null, null]);
    assert.deepEqual((await conversations.search({ search: 'hunter2' })).data, []);
    await assert.rejects(conversations.redact({ type: 'conversation_part', conversationId: id, conversationPartId: note.id }), BadRequestError);
  });

  test('read receipts move for those who have one', async () => {
    const { id } = await start('Are you there?');
    const first = await conversations.reply(id, { type: 'admin', id: admins[0], messageType: 'reply', bodyMarkdown: 'Yes.' });
    const last = await conversations.reply(id, { type: 'contact', id: customers[0].id, messageType: 'reply', bodyMarkdown: 'Good.' });
    const receipts = (conversation) => Object.fromEntries(conversation.readReceipts.map((receipt) => [receipt.id, receipt.lastReadPartId]));
    assert.deepEqual(receipts(await conversations.retrieve(id)), { [admins[0]]: first.id, [customers[0].id]: last.id });
    const read = await conversations.update(id, { markAsRead: { adminIds: [admins[0], admins[1]] } });
    assert.deepEqual(receipts(read), { [admins[0]]: last.id, [customers[0].id]: last.id });
  });
});

describe('participants', () => {
  test('are added by any of their ids and removed by that of the contact, but for the last one', async () => {
    const { id } = await start('Let me bring colleagues.');
    const friend = await contacts.createOrUpdate({ userId: 'friend-1', email: 'friend@example.com' });
    for (const participant of [{ id: customers[1].id }, { userId: 'friend-1' }, { email: 'friend@example.com' }]) {
      await conversations.participants.add(id, { participant, actingAdminId: admins[0] });
    }
    const joined = await conversations.retrieve(id);
    assert.deepEqual(ids(joined.participants), [customers[0].id, customers[1].id, friend.id]);
    assert.deepEqual(joined.conversationParts.map((part) => part.participant.id), [customers[1].id, friend.id]);
    await assert.rejects(conversations.participants.add(id, { participant: { email: 'nobody@nowhere.example' } }), Featurebase.APIError);

    await conversations.participants.remove(id, { id: customers[0].id, actingAdminId: admins[0] });
    const left = await conversations.participants.remove(id, { id: customers[1].id });
    assert.deepEqual(ids(left.participants), [friend.id]);
    await assert.rejects(conversations.participants.remove(id, { id: friend.id }), BadRequestError);
  });
});

describe('tags', () => {
  test('one is created, renamed, put on and taken off, and archived when it is deleted', async () => {
    const created = await conversationTags.createOrRename({ name: 'Lamps' });
    const tag = await conversationTags.createOrRename({ id: created.id, name: 'Lights', actingAdminId: admins[0] });
    assert.deepEqual(tag, { id: created.id, type: 'tag', name: 'Lights' });
    assert.deepEqual((await conversationTags.list()).data.filter(({ id }) => id === tag.id), [tag]);

    const { id } = await start('No light.');
    const part = await conversations.reply(id, { type: 'contact', id: customers[0].id, messageType: 'reply', bodyMarkdown: 'Still dark.' });
    await assert.rejects(conversations.attachTag(id, { tagId: tag.id }), BadRequestError, 'who acts?');
    const attached = await conversations.attachTag(id, { tagId: tag.id, actingAdminId: admins[0] });
    assert.deepEqual([attached.name, attached.appliedBy.id, attached.targetPartId], ['Lights', admins[0], part.id]);
    assert.deepEqual((await conversations.retrieve(id)).tags, [tag]);

    const other = (await conversationTags.list()).data.find((one) => one.id !== tag.id);
    assert.deepEqual(ids(await all(conversations.list({ tagIds: [tag.id] }))), [id]);
    assert.deepEqual(await all(conversations.list({ tagIds: [tag.id, other.id] })), [], 'all of them are wanted');
    await conversations.attachTag(id, { tagId: other.id, actingAdminId: admins[0] });
    assert.deepEqual(ids(await all(conversations.list({ tagIds: [tag.id, other.id] }))), [id]);

    const detached = await conversations.detachTag(other.id, { id, actingAdminId: admins[1] });
    assert.deepEqual([detached.id, detached.removedBy.id], [other.id, admins[1]]);
    const { tags, conversationParts } = await conversations.retrieve(id);
    assert.deepEqual(tags, [tag]);
    const history = conversationParts.filter((one) => one.partType === 'tags').map((one) => [one.action, one.tagId, one.actor.id]);
    assert.deepEqual(history, [['added', tag.id, admins[0]], ['added', other.id, admins[0]], ['removed', other.id, admins[1]]]);

    assert.deepEqual(await conversationTags.delete(tag.id, { actingAdminId: admins[0] }), { id: tag.id, object: 'tag', deleted: true });
    assert.ok(!ids((await conversationTags.list()).data).includes(tag.id));
    assert.deepEqual(await conversationTags.retrieve(tag.id), tag, 'archived, not gone');
    assert.deepEqual((await conversations.retrieve(id)).tags, []);
  });
});

describe('attributes', () => {
  test('are listed whole, with archived ones if asked, and each reads the same alone', async () => {
    const current = (await conversationAttributes.list()).data;
    const whole = (await conversationAttributes.list({ includeArchived: true })).data;
    assert.deepEqual(whole.filter((attribute) => !attribute.archived), current);
    assert.ok(current.length > 2 && whole.length > current.length);
    for (const attribute of whole) assert.deepEqual(await conversationAttributes.retrieve(attribute.id), attribute);
  });

  test('values are set, shown with their names, searched for and cleared', async () => {
    const { data } = await conversationAttributes.list();
    const [text, number] = ['text', 'number'].map((type) => data.find((attribute) => attribute.fieldSubType === type));
    const { id } = await start('Order 4711-L, please.');
    const updated = await conversations.update(id, { customAttributes: { [text.id]: '4711-L', [number.id]: 12 } });
    assert.deepEqual([updated.customAttributes, updated.customAttributeValues], [{ [text.id]: '4711-L', [number.id]: 12 }, undefined]);
    const values = (conversation) => Object.fromEntries(conversation.customAttributeValues.map(({ name, value }) => [name, value]));
    const include = ['customAttributeDefinitions'];
    assert.deepEqual(values(await conversations.retrieve(id, { include })), { [text.name]: '4711-L', [number.name]: 12 });
    assert.deepEqual(values((await conversations.list({ include, limit: 1 })).data[0]), { [text.name]: '4711-L', [number.name]: 12 });
    const ask = { query: { field: `customAttributes.${text.id}`, operator: '=', value: '4711-L' }, include };
    assert.deepEqual((await conversations.search(ask)).data.map((row) => [row.id, values(row)[number.name]]), [[id, 12]]);

    const cleared = await conversations.update(id, { customAttributes: { [number.id]: null } });
    assert.deepEqual(cleared.customAttributes, { [text.id]: '4711-L' }, 'what is absent stays');
    await assert.rejects(conversations.update(id, { customAttributes: { [number.id]: 'twelve' } }), BadRequestError);
    await assert.rejects(conversations.update(id, { customAttributes: { no_such_attribute: 1 } }), BadRequestError);
  });
});

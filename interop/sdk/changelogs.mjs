// Changelogs: pages, filters, one from its draft to its end, and who is told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { all, assertPages, client, ids, mails } from '../lib/sdk.mjs';

const { changelogs } = client;
const { BadRequestError, NotFoundError } = Featurebase;
const list = (filter) => all(changelogs.list({ limit: 100, ...filter }));

describe('changelogs', () => {
  test('auto-paging yields each once, and each reads the same by its slug', async () => {
    const { length } = await list({ state: 'all' });
    assert.ok(length >= 10, `${length} changelogs`);
    for (const changelog of await assertPages((limit) => changelogs.list({ limit, state: 'all' }), length, 7)) {
      assert.deepEqual(await changelogs.retrieve(changelog.id), changelog);
      assert.equal((await changelogs.retrieve(changelog.slug)).id, changelog.id);
    }
  });

  test('each filter leaves what it says', async () => {
    const listed = await list({ state: 'all' });
    const { date, slug } = listed[listed.length >> 1];
    const [{ name }] = listed.flatMap((changelog) => changelog.categories);
    for (const [filter, fits] of [
      [{ state: 'live' }, (changelog) => changelog.state === 'live'],
      [{ state: 'draft' }, (changelog) => changelog.state === 'draft'],
      [{ categories: [name] }, (changelog) => changelog.categories.some((category) => category.name === name)],
      [{ startDate: date }, (changelog) => changelog.date >= date],
      [{ endDate: date }, (changelog) => changelog.date <= date],
      [{ id: slug }, (changelog) => changelog.slug === slug],
    ]) {
      const fitting = listed.filter(fits);
      assert.ok(fitting.length > 0 && fitting.length < listed.length, JSON.stringify(filter));
      assert.deepEqual(ids(await list({ state: 'all', ...filter })), ids(fitting), JSON.stringify(filter));
    }
  });

  test('lists run either way by date', async () => {
    const listed = ids(await list({ state: 'all', sortBy: 'date', sortOrder: 'desc' }));
    assert.deepEqual(ids(await list({ state: 'all', sortBy: 'date', sortOrder: 'asc' })), listed.toReversed());
  });

  test('one is drafted, published, changed, taken back and deleted with its comments', async () => {
    const created = await changelogs.create({ title: 'Quokka mode', markdownContent: 'Now with **quokkas**.', state: 'live', date: '2026-10-10T00:00:00.000Z' });
    assert.equal(created.state, 'draft', 'publishing is a second call, whatever was asked');
    assert.match(created.content, /<strong>quokkas<\/strong>/);
    assert.deepEqual([created.markdownContent, created.slug, created.date], ['Now with **quokkas**.', 'quokka-mode', '2026-10-10T00:00:00.000Z']);
    assert.deepEqual(await list({ state: 'live', q: 'quokkas' }), []);
    await assert.rejects(client.post(`/v2/changelogs/${created.id}/publish`), BadRequestError, 'without a body');

    assert.deepEqual(await changelogs.publish(created.id, { locales: ['en'] }), { success: true, state: 'published' });
    const [published] = await list({ state: 'live', q: 'quokkas' });
    assert.deepEqual([published.id, published.isPublished, published.publishedLocales], [created.id, true, ['en']]);
    const comment = await client.feedback.comments.create({ changelogId: 'quokka-mode', content: '<p>At last!</p>' });
    assert.equal((await changelogs.retrieve('quokka-mode')).commentCount, 1);

    const [{ name }] = (await list({ state: 'all' })).flatMap((changelog) => changelog.categories);
    const changed = await changelogs.update(created.id, { htmlContent: '<p>Now with <em>quolls</em>.</p>', categories: [name] });
    assert.deepEqual([changed.content, changed.categories.map((category) => category.name)], ['<p>Now with <em>quolls</em>.</p>', [name]]);
    assert.equal(changed.isDraftDiffersFromLive, true);
    await assert.rejects(changelogs.update(created.id, { categories: ['No such category'] }), BadRequestError);
    await changelogs.publish(created.id, {});
    assert.equal((await changelogs.retrieve(created.id)).isDraftDiffersFromLive, false);

    assert.deepEqual(await changelogs.unpublish(created.id, { locales: [] }), { success: true, state: 'unpublished' });
    assert.deepEqual((await list({ state: 'draft', q: 'quolls' })).map(({ id, isPublished }) => [id, isPublished]), [[created.id, false]]);
    assert.deepEqual(await changelogs.delete(created.id), { id: created.id, object: 'changelog', deleted: true });
    await assert.rejects(changelogs.retrieve('quokka-mode'), NotFoundError);
    await assert.rejects(client.feedback.comments.retrieve(comment.id), NotFoundError);
  });

  test('one is scheduled, for the future alone, until it is taken back', async (t) => {
    const { id } = await changelogs.create({ title: 'For the new year', htmlContent: '<p>Soon.</p>' });
    t.after(() => changelogs.delete(id));
    const scheduledDate = '2027-01-01T08:00:00.000Z';
    assert.deepEqual(await changelogs.publish(id, { scheduledDate, sendEmail: true }), { success: true, state: 'scheduled' });
    const scheduled = await changelogs.retrieve(id);
    assert.deepEqual([scheduled.state, scheduled.notifications.en.scheduledDate], ['draft', scheduledDate]);
    await changelogs.unpublish(id, {});
    assert.equal((await changelogs.retrieve(id)).notifications.en.scheduledDate, null);
    await assert.rejects(changelogs.publish(id, { scheduledDate: '2020-01-01T08:00:00.000Z' }), BadRequestError);
  });
});

describe('subscribers', () => {
  test('come and go in batches, normalised; each changelog is mailed to them once, if asked', async (t) => {
    const { id } = await changelogs.create({ title: 'News of the mail', htmlContent: '<p>News.</p>' });
    t.after(() => changelogs.delete(id));
    const mailed = async () => (await mails()).filter(({ detail }) => detail.changelogId === id);

    const added = await changelogs.subscribers.add({ emails: ['Una@sub.example', ' una@sub.example ', 'duo@sub.example', 'nonsense'] });
    assert.deepEqual(added, { object: 'changelog_subscribers_import', count: 2 });
    await changelogs.publish(id, {});
    assert.deepEqual([(await changelogs.retrieve(id)).emailSentToSubscribers, await mailed()], [false, []]);
    await changelogs.publish(id, { sendEmail: true });
    await changelogs.publish(id, { sendEmail: true });
    const [mail, ...more] = await mailed();
    assert.deepEqual([(await changelogs.retrieve(id)).emailSentToSubscribers, more], [true, []]);
    assert.ok(mail.recipients >= 2, `${mail.recipients} recipients`);

    const removed = await changelogs.subscribers.remove({ emails: ['una@sub.example', 'DUO@sub.example', 'stranger@sub.example'] });
    assert.deepEqual(removed, { object: 'changelog_subscribers_removal', count: 2 });
    assert.equal((await changelogs.subscribers.remove({ emails: ['una@sub.example'] })).count, 0);
  });
});

// Help centers with collections, articles and redirect rules.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { assertFilters, seconds } from '../lib/search.mjs';
import { all, assertPages, client, ids } from '../lib/sdk.mjs';

const { articles, collections, helpCenters, redirectRules } = client.helpCenter;
const { BadRequestError, NotFoundError } = Featurebase;
const everyArticle = () => all(articles.list({ limit: 100, state: 'all' }));

describe('help centers', () => {
  test('auto-paging yields each once, and each reads the same alone', async () => {
    const { length } = await all(helpCenters.list());
    for (const helpCenter of await assertPages((limit) => helpCenters.list({ limit }), length, 1)) {
      assert.deepEqual(await helpCenters.retrieve(helpCenter.id), helpCenter);
    }
    await assert.rejects(helpCenters.retrieve('nowhere'), NotFoundError);
  });
});

describe('collections', () => {
  test('auto-paging yields each once, each in a help center and under a collection that exist', async () => {
    const { length } = await all(collections.list({ limit: 100 }));
    const listed = await assertPages((limit) => collections.list({ limit }), length, 3);
    const homes = ids(await all(helpCenters.list()));
    for (const collection of listed) {
      assert.deepEqual(await collections.retrieve(collection.id), collection);
      assert.ok(homes.includes(collection.helpCenterId) && (collection.parentId === null || ids(listed).includes(collection.parentId)));
    }
    for (const helpCenterId of homes) {
      const own = listed.filter((collection) => collection.helpCenterId === helpCenterId);
      assert.deepEqual(ids(await all(collections.list({ helpCenterId, limit: 100 }))), ids(own));
    }
  });

  test('one is created, filed under another, translated, moved to the root and deleted', async () => {
    const parent = await collections.create({ name: 'Burrows', description: 'Below ground', icon: { type: 'emoji', value: '🕳️' } });
    assert.deepEqual([parent.name, parent.description, parent.parentId, parent.icon], ['Burrows', 'Below ground', null, { type: 'emoji', value: '🕳️' }]);
    const child = await collections.create({ name: 'Tunnels', parentId: parent.id, translations: { de: { name: 'Gänge' } } });
    assert.deepEqual([child.parentId, child.helpCenterId, child.translations.de.name], [parent.id, parent.helpCenterId, 'Gänge']);
    await assert.rejects(collections.update(parent.id, { parentId: child.id }), BadRequestError, 'not into itself');

    const moved = await collections.update(child.id, { parentId: null, name: 'Long tunnels', translations: { de: { description: 'Lang' } } });
    assert.deepEqual([moved.parentId, moved.name], [null, 'Long tunnels']);
    assert.deepEqual([moved.translations.de.name, moved.translations.de.description], ['Gänge', 'Lang'], 'the rest stays');
    assert.ok(moved.availableLocales.includes('de'));
    assert.deepEqual(await collections.retrieve(child.id), moved);

    for (const { id } of [parent, child]) {
      assert.deepEqual(await collections.delete(id), { id, object: 'collection', deleted: true });
      await assert.rejects(collections.retrieve(id), NotFoundError);
    }
  });
});

describe('articles', () => {
  test('auto-paging yields each once, as many as a search counts', async () => {
    const { totalCount } = await articles.search({ query: { field: 'created_at', operator: '>', value: 0 }, limit: 1 });
    assert.ok(totalCount >= 20, `${totalCount} articles`);
    await assertPages((limit) => articles.list({ limit, state: 'all' }), totalCount, 7);
  });

  test('a list leaves what its filters say, and what is live by itself', async () => {
    const listed = await everyArticle();
    const { helpCenterId, parentId } = listed.find((article) => article.parentId);
    for (const [filter, fits] of [
      [{ state: 'live' }, (article) => article.state === 'live'],
      [{ state: 'draft' }, (article) => article.state === 'draft'],
      [{}, (article) => article.state === 'live'],
      [{ state: 'all', parentId }, (article) => article.parentId === parentId],
      [{ state: 'all', helpCenterId }, (article) => article.helpCenterId === helpCenterId],
    ]) {
      const fitting = listed.filter(fits);
      assert.ok(fitting.length > 0, JSON.stringify(filter));
      assert.deepEqual(ids(await all(articles.list({ limit: 100, ...filter }))), ids(fitting), JSON.stringify(filter));
    }
  });

  test('one is filed in the active help center, or in the one that it names', async () => {
    const { helpCenterId } = await articles.create({ title: 'Here', state: 'live' });
    const others = ids(await all(helpCenters.list())).filter((id) => id !== helpCenterId);
    assert.ok(others.length > 0);
    assert.equal((await articles.create({ title: 'There', helpCenterId: others[0] })).helpCenterId, others[0]);
    await assert.rejects(articles.create({ title: 'Nowhere', helpCenterId: 'nowhere' }), BadRequestError);
  });

  test('each filter of a search finds what it says, with each of its operators', async () => {
    await assertFilters({
      operation: 'searchArticles',
      search: (ask) => articles.search(ask),
      items: await everyArticle(),
      everything: { field: 'created_at', operator: '>', value: 0 },
      reads: {
        id: (article) => article.id,
        help_center_id: (article) => article.helpCenterId,
        parent_id: (article) => article.parentId,
        author_id: (article) => article.author.authorId,
        slug: (article) => article.slug,
        state: (article) => article.state,
        created_at: (article) => seconds(article.createdAt),
        updated_at: (article) => seconds(article.updatedAt),
      },
    });
    const camel = articles.search({ query: { field: 'helpCenterId', operator: '=', value: 'x' } });
    await assert.rejects(camel, BadRequestError, 'fields are snake_case here, and here alone');
  });

  test('one is drafted, published, edited unseen, translated and deleted', async () => {
    const [home] = (await collections.list({ limit: 1 })).data;
    const created = await articles.create({ title: 'Feeding wombats', body: '# Feeding\n\nThey like **roots**.', parentId: home.id, icon: { type: 'emoji', value: '🥕' } });
    assert.deepEqual([created.state, created.parentId, created.helpCenterId], ['draft', home.id, home.helpCenterId]);
    assert.match(created.body, /<h1[^>]*>Feeding<\/h1>[^]*<strong>roots<\/strong>/, 'Markdown becomes HTML');
    const { id } = created;
    await assert.rejects(articles.retrieve(id), NotFoundError, 'a draft is not there unless it is asked for');
    assert.equal((await articles.retrieve(id, { state: 'draft' })).title, 'Feeding wombats');

    const published = await articles.update(id, { state: 'live', translations: { de: { title: 'Wombats füttern' } } });
    assert.deepEqual([published.state, published.isPublished, published.isDraftDiffersFromLive], ['live', true, false]);
    assert.deepEqual(published.publishedLocales.toSorted(), ['de', 'en']);
    assert.equal((await articles.search({ search: 'feeding wombats' })).data[0].id, id);

    await articles.update(id, { body: '<p>They like grass.</p>', title: 'Feeding wombats well' });
    const [live, draft] = [await articles.retrieve(id, { state: 'live' }), await articles.retrieve(id, { state: 'draft' })];
    assert.deepEqual([live.title, live.body, live.isDraftDiffersFromLive], ['Feeding wombats', created.body, true]);
    assert.deepEqual([draft.title, draft.body, draft.isDraftDiffersFromLive], ['Feeding wombats well', '<p>They like grass.</p>', true]);
    const again = await articles.update(id, { state: 'live', parentId: null, icon: null });
    assert.deepEqual([again.title, again.parentId, again.icon, again.isDraftDiffersFromLive], ['Feeding wombats well', null, null, false]);
    assert.equal((await articles.retrieve(id)).body, '<p>They like grass.</p>');

    assert.deepEqual(await articles.delete(id), { id, object: 'article', deleted: true });
    for (const state of ['live', 'draft']) await assert.rejects(articles.retrieve(id, { state }), NotFoundError);
  });
});

describe('redirect rules', () => {
  const custom = async () => (await all(helpCenters.list())).find((helpCenter) => helpCenter.urls?.externalDomain);
  const targets = async (helpCenterId) => (await all(articles.list({ helpCenterId, state: 'live' }))).filter((article) => article.publishedLocales.includes('en'));

  test('one is created, found by any form of its URL, changed and deleted', async () => {
    const { id: helpCenterId, urls } = await custom();
    const [article, other] = await targets(helpCenterId);
    const given = { helpCenterId, locale: 'en', targetType: 'article' };
    const fromUrl = `https://${urls.externalDomain}/old/wombats`;
    const created = await redirectRules.create({ ...given, targetId: article.id, fromUrl: `https://${urls.externalDomain.toUpperCase()}/old/wombats/?ref=1#top` });
    assert.deepEqual([created.fromUrl, created.targetId], [fromUrl, article.id], 'query, hash and slash are dropped, the host is lowercased');
    assert.deepEqual(await redirectRules.retrieve(created.id), created);
    assert.deepEqual(await redirectRules.retrieveByURL({ url: `${fromUrl}/?utm_source=mail` }), created);
    await assert.rejects(redirectRules.create({ ...given, targetId: other.id, fromUrl }), BadRequestError, 'one rule for one address');

    const changed = await redirectRules.update(created.id, { targetId: other.id, fromUrl: `${fromUrl}/2` });
    assert.deepEqual([changed.targetId, changed.fromUrl, changed.locale], [other.id, `${fromUrl}/2`, 'en']);
    await assert.rejects(redirectRules.retrieveByURL({ url: fromUrl }), NotFoundError);

    const { length } = await all(redirectRules.list({ limit: 100 }));
    const listed = await assertPages((limit) => redirectRules.list({ limit }), length, 1);
    assert.ok(length > 1 && ids(listed).includes(created.id));
    for (const [name, value] of Object.entries({ helpCenterId, locale: 'en', targetType: 'collection' })) {
      assert.deepEqual(ids(await all(redirectRules.list({ [name]: value }))), ids(listed.filter((rule) => rule[name] === value)));
    }
    assert.deepEqual(await redirectRules.delete(created.id), { id: created.id, object: 'redirect_rule', deleted: true });
    await assert.rejects(redirectRules.retrieve(created.id), NotFoundError);
  });

  test('one needs a domain of its own, and a target that is published', async () => {
    const { id: helpCenterId, urls } = await custom();
    const draft = await articles.create({ title: 'Unseen', helpCenterId });
    const rule = { helpCenterId, locale: 'en', targetType: 'article', targetId: draft.id, fromUrl: `https://${urls.externalDomain}/unseen` };
    await assert.rejects(redirectRules.create(rule), BadRequestError, 'a draft');
    await articles.update(draft.id, { state: 'live' });
    await assert.rejects(redirectRules.create({ ...rule, fromUrl: 'https://elsewhere.example/unseen' }), BadRequestError, "somebody else's domain");
    const { id } = await redirectRules.create(rule);
    await articles.delete(draft.id);
    await assert.rejects(redirectRules.retrieve(id), NotFoundError, 'it goes with its target');
  });
});

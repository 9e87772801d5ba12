// Companies: pages, filters, one from its creation to its end, and the customers who belong to one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { assertFilters, seconds } from '../lib/search.mjs';
import { all, assertPages, client, everything, ids } from '../lib/sdk.mjs';

const { companies, contacts } = client.users;
const { BadRequestError, NotFoundError } = Featurebase;

describe('companies', () => {
  test('auto-paging yields each once, as many as a search counts', async () => {
    const { totalCount } = await companies.search({ query: everything, limit: 1 });
    assert.ok(totalCount >= 10, `${totalCount} companies`);
    await assertPages((limit) => companies.list({ limit }), totalCount, 3);
  });

  test('each filter finds what it says, with each of its operators', async () => {
    await assertFilters({
      operation: 'searchCompanies',
      search: (ask) => companies.search(ask),
      items: await all(companies.list({ limit: 100 })),
      everything,
      reads: {
        externalId: (company) => company.companyId,
        name: (company) => company.name,
        monthlySpend: (company) => company.monthlySpend,
        plan: (company) => company.plan,
        industry: (company) => company.industry,
        website: (company) => company.website,
        companySize: (company) => company.companySize,
        linkedUsers: (company) => company.linkedUsers,
        lastActivity: (company) => company.lastActivity && seconds(company.lastActivity),
        createdAt: (company) => seconds(company.createdAt),
      },
    });
  });

  test('a search sorts, and its cursor goes with that sort alone', async () => {
    const ask = { query: everything, sort: 'monthlySpend:desc', limit: 4 };
    const first = await companies.search(ask);
    const second = await companies.search({ ...ask, cursor: first.nextCursor });
    const spends = [...first.data, ...second.data].map((company) => company.monthlySpend);
    assert.deepEqual(spends, spends.toSorted((a, b) => b - a));
    const other = companies.search({ ...ask, sort: 'createdAt:desc', cursor: first.nextCursor });
    await assert.rejects(other, (error) => error.error.error.code === 'invalid_cursor');
    const broad = companies.search({ query: { field: 'plan', operator: '!=', value: 'Business' } });
    await assert.rejects(broad, (error) => error.error.error.code === 'query_too_broad');
  });

  test('one is created, changed by the id its owner knows it by, found and deleted', async () => {
    const given = {
      companyId: 'sdk-1',
      name: 'Sagebrush Devices',
      monthlySpend: 120,
      companySize: 12,
      industry: 'Hardware',
      createdAt: '2025-02-03T04:05:06.000Z',
      customFields: { region: 'EU', seats: 4, tags: ['a', 'b'] },
    };
    const created = await companies.createOrUpdate(given);
    assert.deepEqual({ ...created, ...given }, created);
    assert.deepEqual([created.linkedUsers, created.plan], [0, null]);

    const changed = await companies.createOrUpdate({ companyId: 'sdk-1', name: 'Sagebrush', companySize: null, plan: 'Growth' });
    assert.deepEqual([changed.id, changed.name, changed.companySize, changed.plan], [created.id, 'Sagebrush', null, 'Growth']);
    assert.deepEqual([changed.monthlySpend, changed.createdAt, changed.customFields], [120, given.createdAt, given.customFields]);
    assert.deepEqual(await companies.retrieve(created.id), changed);
    const { data } = await companies.search({ query: { field: 'externalId', operator: '=', value: 'sdk-1' } });
    assert.deepEqual(data, [changed]);

    assert.deepEqual(await companies.delete(created.id), { id: created.id, object: 'company', deleted: true });
    await assert.rejects(companies.retrieve(created.id), NotFoundError);
  });

  test('one is deleted by an id of its owner that has to be escaped', async () => {
    const { id } = await companies.createOrUpdate({ companyId: 'eu/42 ?', name: 'Slash & Co' });
    assert.equal((await companies.deleteByCompanyID('eu/42 ?')).id, id);
    await assert.rejects(companies.deleteByCompanyID('eu/42 ?'), NotFoundError);
  });
});

describe('customers of a company', () => {
  test('are attached, listed and removed; other companies of theirs stay', async () => {
    const company = await companies.createOrUpdate({ companyId: 'sdk-2', name: 'Tidewater' });
    const people = [];
    for (const name of ['Ann', 'Ben', 'Cid']) {
      const email = `${name}@tidewater.example`;
      people.push(await contacts.createOrUpdate({ email, name, companies: [{ id: 'sdk-3', name: 'Holding' }] }));
    }
    for (const { id } of people) await companies.contacts.attach(company.id, { contactId: id });
    const again = await companies.contacts.attach(company.id, { contactId: people[0].id });
    assert.deepEqual(again.companies.map(({ name }) => name), ['Holding', 'Tidewater']);

    const members = await assertPages((limit) => companies.contacts.list(company.id, { limit }), 3, 1);
    assert.deepEqual(new Set(ids(members)), new Set(ids(people)));
    assert.equal((await companies.retrieve(company.id)).linkedUsers, 3);

    const removed = await companies.contacts.remove(people[0].id, { id: company.id });
    assert.deepEqual(removed.companies.map(({ name }) => name), ['Holding']);
    await assert.rejects(companies.contacts.remove(people[0].id, { id: company.id }), BadRequestError);
    assert.equal((await companies.retrieve(company.id)).linkedUsers, 2);

    await companies.delete(company.id);
    const left = await contacts.retrieve(people[1].id);
    assert.deepEqual(left.companies.map(({ name }) => name), ['Holding'], 'who belonged to it stays');
  });

  test('a lead cannot be one', async () => {
    const { data } = await contacts.list({ contactType: 'lead', limit: 1 });
    const [company] = (await companies.list({ limit: 1 })).data;
    await assert.rejects(companies.contacts.attach(company.id, { contactId: data[0].id }), BadRequestError);
  });
});

// Reports: the catalogue, numbers that agree with what they count, their rows, and the values to filter by.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { found } from '../lib/search.mjs';
import { all, client, everything, ids } from '../lib/sdk.mjs';

const { reports } = client;
const { conversations } = client.support;
const { BadRequestError } = Featurebase;

const window = { startDate: '2026-08-31', endDate: '2026-11-29', granularity: 'week' }; // whole weeks
const ask = { ...window, metric: 'new_conversations', aggregation: 'count' };
const sum = (data) => data.reduce((total, datum) => total + datum.value, 0);

let datasets;
before(async () => {
  datasets = (await reports.listDatasets()).data;
});

/** All rows behind a metric. */
async function rowsOf(question) {
  const rows = [];
  for (let page = 1; ; page++) {
    const answer = await reports.drillIn({ dataPointFilters: {}, ...question, page, pageSize: 50 });
    rows.push(...answer.rows);
    assert.deepEqual([answer.page, answer.pageSize, answer.rows.length], [page, 50, Math.min(50, answer.total - (page - 1) * 50)]);
    if (rows.length === answer.total) return rows;
  }
}

describe('the catalogue', () => {
  test('each metric answers each of its aggregations, and each of its views', async () => {
    assert.ok(datasets.length > 1);
    for (const dataset of datasets) {
      for (const metric of dataset.metrics) {
        for (const aggregation of metric.allowedAggregations) {
          const percentile = aggregation === 'percentile' ? { percentile: 90 } : {};
          const answer = await reports.query({ ...window, metric: metric.id, aggregation, ...percentile });
          assert.deepEqual([answer.meta.metric, answer.meta.datasetId, answer.meta.aggregation, answer.meta.unit], [metric.id, dataset.id, aggregation, metric.unit]);
          assert.equal(typeof answer.value, 'number');
        }
        for (const view of metric.supportedViews) {
          await reports.query({ ...window, metric: metric.id, aggregation: metric.allowedAggregations.find((name) => name !== 'percentile'), view });
        }
      }
    }
  });

  test('each attribute filters with each of its operators, as what it says of the rows demands', async () => {
    for (const { attributes, metrics } of datasets) {
      const question = { ...window, metric: metrics[0].id };
      const rows = await rowsOf(question);
      for (const { id, allowedOperators, multiValue } of attributes.filter((attribute) => attribute.supportsFilter)) {
        const have = rows.map((row) => [row[id]?.id ?? row[id] ?? []].flat());
        const values = [...new Set(have.flat())].sort((a, b) => (a < b ? -1 : 1));
        assert.ok(values.length > 1, `${id} has the values ${values}`);
        const [low, high] = [values[0], values[values.length >> 1]];
        const operand = multiValue ? (label) => idOf(id, label) : (value) => value; // rows show several values by their names
        for (const operator of allowedOperators) {
          const [value, fits] = {
            is: [await operand(low), (all) => all.includes(low)],
            in: [[await operand(low), await operand(high)], (all) => all.includes(low) || all.includes(high)],
            contains: [low, (all) => all.some((one) => one.toLowerCase().includes(low.toLowerCase()))],
            exists: [undefined, (all) => all.length > 0],
            gte: [high, (all) => all.some((one) => one >= high)],
            lte: [high, (all) => all.some((one) => one <= high)],
            between: [[low, high], (all) => all.some((one) => one >= low && one <= high)],
          }[operator.replace(/_not$|^not_/, '')];
          const negative = operator.includes('not');
          const filters = { kind: 'rule', fieldId: id, operator, value };
          const { total } = await reports.drillIn({ ...question, filters, dataPointFilters: {} });
          assert.equal(total, have.filter((all) => fits(all) !== negative).length, JSON.stringify(filters));
        }
      }
    }
  });
});

/** The id that stands for a name among the values of an attribute. */
async function idOf(fieldId, name) {
  return (await reports.lookupFilterValues({ fieldId, query: name })).data.find(({ label }) => label === name).value;
}

describe('queries', () => {
  test('the number is that of what there is, and grows when one more is made', async () => {
    const started = (await found((question) => conversations.search(question), { query: everything })).filter(({ createdAt }) => createdAt >= window.startDate);
    const { value, timeSeries } = await reports.query(ask);
    assert.deepEqual([value, sum(timeSeries)], [started.length, started.length]);

    const [contact] = (await client.users.contacts.list({ limit: 1, contactType: 'customer' })).data;
    const { createdAt } = await conversations.create({ from: { type: 'contact', id: contact.id }, bodyMarkdown: 'Count me in.' });
    const day = { ...ask, startDate: createdAt.slice(0, 10), endDate: createdAt.slice(0, 10), granularity: 'day' };
    const today = await reports.query(day);
    assert.equal((await reports.query(ask)).value, value + 1);
    assert.deepEqual(today.timeSeries, [{ date: createdAt.slice(0, 10), value: today.value }]);
    await conversations.create({ from: { type: 'contact', id: contact.id }, bodyMarkdown: 'Me too.' });
    assert.equal((await reports.query(day)).value, today.value + 1);
  });

  test('a conversation counts as closed from when it was closed, whatever happens later', async () => {
    const [contact] = (await client.users.contacts.list({ limit: 1, contactType: 'customer' })).data;
    const { id } = await conversations.create({ from: { type: 'contact', id: contact.id }, bodyMarkdown: 'Close this.' });
    const { updatedAt } = await conversations.update(id, { state: 'closed' });
    const moment = { ...ask, metric: 'closed_conversations', startDate: updatedAt, endDate: updatedAt };
    assert.equal((await reports.query(moment)).value, 1);
    await conversations.update(id, { title: 'Closed' });
    assert.equal((await reports.query(moment)).value, 1);
    await conversations.update(id, { state: 'open' });
    assert.equal((await reports.query(moment)).value, 0);
  });

  test('groups and segments add up to the whole', async () => {
    const { value, groupedData, segmentData } = await reports.query({ ...ask, groupBy: 'conversation.state', segmentBy: 'conversation.channel' });
    assert.deepEqual([sum(groupedData), sum(segmentData)], [value, value]);
    for (const group of groupedData) assert.equal(sum(group.segments), group.value, group.group);
    const open = groupedData.find(({ group }) => group === 'open');
    const filters = { kind: 'rule', fieldId: 'conversation.state', operator: 'is', value: 'open' };
    assert.equal((await reports.query({ ...ask, filters })).value, open.value);
  });

  test('filters nest', async () => {
    const rule = (fieldId, value) => ({ kind: 'rule', fieldId, operator: 'is', value });
    const group = (op, ...children) => ({ kind: 'group', op, children });
    const count = async (filters) => (await reports.query({ ...ask, filters })).value;
    const [open, email] = [rule('conversation.state', 'open'), rule('conversation.channel', 'email')];
    const both = await count(group('and', open, email));
    assert.equal(await count(group('or', open, email)), (await count(open)) + (await count(email)) - both);
    assert.equal(await count(group('and', group('or', open, email), group('and', open, email))), both);
    let deep = open;
    for (let level = 1; level <= 6; level++) deep = group('and', deep);
    assert.equal(await count(deep), await count(open));
    await assert.rejects(count(group('and', deep)), BadRequestError, 'six levels at most');
  });

  test('another period is compared with', async () => {
    const earlier = { startDate: '2026-06-01', endDate: '2026-08-30' };
    const { value, previousValue, deltaPercent, timeSeries } = await reports.query({ ...ask, compareStartDate: earlier.startDate, compareEndDate: earlier.endDate });
    assert.equal(previousValue, (await reports.query({ ...ask, ...earlier })).value);
    assert.ok(Math.abs(deltaPercent - ((value - previousValue) / previousValue) * 100) < 0.01, `${deltaPercent} %`);
    assert.equal(timeSeries[0].previousValue, (await reports.query({ ...ask, endDate: '2026-06-07', startDate: '2026-06-01' })).value);
  });

  test('a day is one of the time zone', async () => {
    const listed = await found((question) => conversations.search(question), { query: everything });
    const [{ createdAt }] = listed.sort((a, b) => a.createdAt.slice(11).localeCompare(b.createdAt.slice(11))); // the earliest in its day
    const dayBefore = new Date(Date.parse(createdAt) - 86_400_000).toISOString().slice(0, 10);
    const day = { metric: ask.metric, startDate: dayBefore, endDate: dayBefore, granularity: 'day' };
    const has = (rows) => rows.some((row) => row['conversation.createdAt'] === createdAt);
    const west = await rowsOf({ ...day, timezone: 'Pacific/Pago_Pago' });
    assert.deepEqual([has(west), has(await rowsOf(day))], [true, false], `${createdAt} is still the day before, far in the west`);
  });

  for (const [what, change] of [
    ['a metric that nobody knows', { metric: 'happiness' }],
    ['an aggregation that the metric has not', { aggregation: 'median' }],
    ['a zone that is none', { timezone: 'Mars/Olympus' }],
    ['an end before the start', { endDate: '2020-01-01' }],
    ['half a comparison', { compareStartDate: '2026-08-01' }],
    ['an operator that the attribute has not', { filters: { kind: 'rule', fieldId: 'conversation.state', operator: 'between', value: ['closed', 'open'] } }],
  ]) {
    test(`${what} is refused`, () => assert.rejects(reports.query({ ...ask, ...change }), BadRequestError));
  }
});

describe('rows', () => {
  const question = { ...window, metric: 'new_posts' };

  test('pages have each row once, as many as are counted', async () => {
    const rows = await rowsOf(question);
    const { value } = await reports.query({ ...question, aggregation: 'count' });
    assert.deepEqual([rows.length, new Set(rows.map((row) => row['post.id'])).size], [value, value]);
    assert.ok(rows.length > 50, 'more than a page');
    const [row] = rows;
    const post = await client.feedback.posts.retrieve(row['post.id']);
    assert.deepEqual([row['post.title'], row['post.createdAt'], row['post.board'].id], [post.title, post.createdAt, post.boardId]);
  });

  test('those of one data point are as many as it says', async () => {
    const { timeSeries, groupedData } = await reports.query({ ...question, aggregation: 'count', groupBy: 'post.board' });
    const [{ date, value }] = timeSeries.toSorted((a, b) => b.value - a.value);
    assert.equal((await rowsOf({ ...question, dataPointFilters: { timeBucket: date } })).length, value);
    const [{ group, value: size }] = groupedData;
    const rows = await rowsOf({ ...question, groupBy: 'post.board', dataPointFilters: { groupValue: group } });
    assert.deepEqual([rows.length, new Set(rows.map((row) => row['post.board'].id))], [size, new Set([group])]);
  });

  test('are sorted as asked', async () => {
    const votes = (await rowsOf({ ...question, sort: [{ fieldId: 'post.upvotes', direction: 'desc' }] })).map((row) => row['post.upvotes']);
    assert.deepEqual(votes, votes.toSorted((a, b) => b - a));
  });
});

describe('filter values', () => {
  test('are looked up by text, those already chosen first', async () => {
    const boards = await client.feedback.boards.list();
    const values = (answer) => answer.data.map(({ value }) => value);
    const whole = await reports.lookupFilterValues({ fieldId: 'post.board' });
    assert.deepEqual(values(whole).toSorted(), ids(boards).toSorted());
    const [board, other] = boards;
    const narrowed = await reports.lookupFilterValues({ fieldId: 'post.board', query: board.name.toUpperCase(), selectedValues: [other.id] });
    assert.deepEqual(narrowed.data, [other, board].map(({ id, name }) => ({ value: id, label: name })));
    assert.equal((await reports.lookupFilterValues({ fieldId: 'post.author', limit: 3 })).data.length, 3);
    await assert.rejects(reports.lookupFilterValues({ fieldId: 'post.title' }), BadRequestError);
  });
});

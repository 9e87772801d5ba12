// Surveys and what was answered to them: read-only.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Featurebase from 'featurebase-node';
import { all, assertPages, client, ids, nowhere } from '../lib/sdk.mjs';

const { surveys } = client;

describe('surveys', () => {
  test('auto-paging yields each once, and each reads the same alone', async () => {
    const { length } = await all(surveys.list());
    assert.ok(length > 1, `${length} surveys`);
    for (const survey of await assertPages((limit) => surveys.list({ limit }), length, 1)) {
      assert.deepEqual(await surveys.retrieve(survey.id), survey);
    }
    await assert.rejects(surveys.retrieve(nowhere), Featurebase.NotFoundError);
  });

  test('each filter leaves what it says', async () => {
    const listed = await all(surveys.list());
    const types = new Set(listed.flatMap((survey) => survey.pages.map((page) => page.type)));
    const filters = [true, false].map((isActive) => [{ isActive }, (survey) => survey.isActive === isActive]);
    filters.push(...[...types].map((type) => [{ type }, (survey) => survey.pages.some((page) => page.type === type)]));
    for (const [filter, fits] of filters) {
      const fitting = listed.filter(fits);
      assert.ok(fitting.length > 0, JSON.stringify(filter));
      assert.deepEqual(ids(await all(surveys.list(filter))), ids(fitting));
    }
    assert.ok(new Set(listed.map((survey) => survey.isActive)).size === 2 && types.size > 1);
  });
});

describe('responses', () => {
  test('auto-paging yields as many as the survey counts; answers go with its pages', async () => {
    for (const survey of await all(surveys.list())) {
      const responses = await assertPages((limit) => surveys.listResponses(survey.id, { limit }), survey.responseCount, 7);
      const types = Object.fromEntries(survey.pages.map((page) => [page.id, page.type]));
      for (const answer of responses.flatMap((response) => response.responses)) assert.equal(answer.type, types[answer.pageId]);
    }
  });

  test('for one page come the answers to it alone', async () => {
    const [survey] = (await all(surveys.list())).sort((a, b) => b.pages.length * b.responseCount - a.pages.length * a.responseCount);
    const responses = await all(surveys.listResponses(survey.id, { limit: 100 }));
    for (const page of survey.pages) {
      const fitting = responses
        .map((response) => ({ ...response, responses: response.responses.filter((answer) => answer.pageId === page.id) }))
        .filter((response) => response.responses.length > 0);
      assert.deepEqual(await all(surveys.listResponses(survey.id, { pageId: page.id, limit: 100 })), fitting);
    }
    assert.ok(survey.pages.length > 1 && survey.responseCount > 0);
  });
});

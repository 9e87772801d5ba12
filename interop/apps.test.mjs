// Panels in a real browser: the official AppBridge shows what the program serves, with real answers of the sandbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect, openHost, themes } from './lib/apphost.mjs';
import { startProxy } from './lib/proxy.mjs';
import { startSandbox } from './lib/program.mjs';

const timeout = 60_000;

let host, sandbox;
before(async () => { [host, sandbox] = await Promise.all([openHost(), startSandbox()]); });
after(async () => { await host?.stop(); await sandbox?.stop(); });

/** Opens a page of the host with the program before the sandbox, which starts over. */
async function opened(t, { flags = [], api = sandbox.url } = {}) {
  await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST' });
  const client = await connect({ flags: [`--api-url=${api}`, '--toolsets=all', '--log-level=error', ...flags], variables: { FEATUREBASE_API_KEY: 'sk_panels' } });
  const page = await host.open(client);
  t.after(async () => { await page.close(); await client.close(); });
  const call = (name, args) => client.callTool({ name, arguments: args });
  const journal = async () => (await (await fetch(`${sandbox.url}/_sandbox/journal`)).json()).data;
  return { client, ...page, call, journal };
}

/** Three changes to posts of the sandbox. */
const changes = { changes: [
  { tool: 'update_post', arguments: { postId: '692de4d18c2fe90da8000019', statusId: 'Planned', tags: ['Integrations'] } },
  { tool: 'create_comment', arguments: { postId: '69689c828c2fe90da8000026', content: 'We have begun to build this. You will hear from us.' } },
  { tool: 'delete_post', arguments: { postId: '692057048c2fe90da8000016' } },
] };

describe('plan', () => {
  for (const theme of themes) {
    test(`${theme}: what changes is shown, a row is left out, Apply sends the others`, { timeout }, async (t) => {
      const { call, show, calls, contexts, wrong, journal } = await opened(t);
      const result = await call('plan_changes', changes);
      const panel = await show({ tool: 'plan_changes', args: changes, result, theme });
      await panel.says(/3 changes, nothing sent yet/);
      await panel.isSound();
      await panel.picture(`panel-plan-${theme}`);
      assert.deepEqual(await journal(), []);

      await panel.frame.click('#row3');
      await panel.click('Apply 2 changes');
      await panel.says(/Applied: 2 done/);
      await panel.isSound();
      assert.deepEqual(calls.map(({ name, arguments: { except, approve } }) => [name, except ?? approve]), [['apply_plan', [3]], ['confirm_call', true]]);
      assert.deepEqual((await journal()).map(({ operation }) => operation).sort(), ['createComment', 'updatePost']);
      assert.match(contexts[0], /the user applied the plan plan_\w+/);
      assert.deepEqual(wrong, []);
    });
  }
});

describe('triage', () => {
  for (const theme of themes) {
    test(`${theme}: choices collect into a plan, and only Apply sends them`, { timeout }, async (t) => {
      const { call, show, calls, links, wrong, journal } = await opened(t);
      const result = await call('triage_queue', { limit: 5 });
      const { posts: [first, second], waiting } = result._meta['featurebase/view'];
      const panel = await show({ tool: 'triage_queue', args: { limit: 5 }, result, theme });
      await panel.says(new RegExp(first.title));
      await panel.isSound();
      await panel.picture(`panel-triage-${theme}`);

      await panel.choose('Status', 'Planned');
      await panel.choose('Tags', 'Security');
      await panel.click('Approve');
      await panel.click('Next');
      await panel.says(new RegExp(second.title));
      await panel.choose('Assignee', 'Nora Lindqvist');
      await panel.isSound();
      assert.deepEqual([calls, await journal()], [[], []]);

      await panel.frame.click('article a');
      await panel.click('Look at the plan of 2 changes');
      await panel.says(/2 changes, nothing sent yet/);
      await panel.isSound();
      assert.deepEqual(await journal(), []);
      assert.deepEqual(links, [second.url]);

      await panel.click('Apply 2 changes');
      await panel.says(/Applied: 2 done/);
      const sent = (await journal()).map(({ operation, path, body }) => [operation, path, Object.keys(body).sort()]).sort();
      assert.deepEqual(sent, [
        ['updatePost', `/v2/posts/${first.id}`, ['inReview', 'statusId', 'tags']],
        ['updatePost', `/v2/posts/${second.id}`, ['assigneeId']],
      ].sort());
      await panel.click('Back to the queue');
      await panel.says(new RegExp(`of ${waiting - 2}`));
      assert.deepEqual(wrong, []);
    });
  }

  test('a narrow panel', { timeout }, async (t) => {
    const { call, show, wrong } = await opened(t);
    const panel = await show({ tool: 'triage_queue', result: await call('triage_queue', {}), width: 360 });
    await panel.isSound();
    await panel.picture('panel-triage-narrow');
    assert.deepEqual(wrong, []);
  });
});

describe('confirm', () => {
  const args = { postId: '692057048c2fe90da8000016' };
  for (const theme of themes) {
    for (const [approve, label, said] of [[true, 'Yes, do it', /Done/], [false, 'No, send nothing', /Nothing was sent/]]) {
      test(`${theme}: ${label}`, { timeout }, async (t) => {
        const { call, show, calls, contexts, wrong, journal } = await opened(t);
        const result = await call('delete_post', args);
        const { token } = result._meta['featurebase/confirm'];
        const panel = await show({ tool: 'delete_post', args, result, theme });
        await panel.says(/cannot be undone|for good/);
        await panel.isSound();
        if (approve) await panel.picture(`panel-confirm-${theme}`);
        assert.deepEqual(await journal(), []);
        await panel.click(label);
        await panel.says(said);
        await panel.isSound();
        assert.deepEqual(calls, [{ name: 'confirm_call', arguments: { token, approve } }]);
        assert.deepEqual((await journal()).map(({ operation }) => operation), approve ? ['deletePost'] : []);
        assert.ok(contexts.length === 1 && ![await panel.text(), contexts[0], JSON.stringify(result.content)].some((text) => text.includes(token)));
        assert.deepEqual(wrong, []);
      });
    }
  }

  for (const [label, said, sent] of [['Apply 3 changes', /Applied: 3 done/, 3], ['Discard', /Nothing was sent/, 0]]) {
    test(`a plan that the model applies waits for the click: ${label}`, { timeout }, async (t) => {
      const { call, show, calls, wrong, journal } = await opened(t);
      const { planId } = (await call('plan_changes', changes))._meta['featurebase/view'];
      const result = await call('apply_plan', { planId });
      const panel = await show({ tool: 'apply_plan', args: { planId }, result });
      await panel.says(/3 changes, nothing sent yet/);
      await panel.isSound();
      assert.deepEqual(await journal(), []);
      await panel.click(label);
      await panel.says(said);
      assert.equal((await journal()).length, sent);
      assert.deepEqual(calls.map(({ name }) => name), ['plan_changes', 'confirm_call']);
      assert.deepEqual(wrong, []);
    });
  }

  test('a call that needed no yes shows what came of it', { timeout }, async (t) => {
    const { show, wrong } = await opened(t);
    const panel = await show({ tool: 'delete_post', result: { content: [{ type: 'text', text: 'Deleted.' }] } });
    await panel.says(/Done\s+Deleted/);
    await panel.isSound();
    assert.deepEqual(wrong, []);
  });
});

describe('report', () => {
  for (const theme of themes) {
    for (const tool of ['feedback_report', 'support_report']) {
      test(`${theme}: ${tool}`, { timeout }, async (t) => {
        const { call, show, contexts, links, wrong } = await opened(t);
        const result = await call(tool, { startDate: '2026-10-01', endDate: '2026-10-31' });
        const { charts } = result._meta['featurebase/view'];
        const panel = await show({ tool, result, theme });
        await panel.picture(`panel-${tool.replace('_report', '')}-${theme}`);
        for (const { title, points } of charts) {
          await panel.choose('Chart', title);
          await panel.isSound();
          for (const { label } of (points ?? []).slice(0, 2)) await panel.says(new RegExp(label.replace(/[^\w ]/g, '.')));
        }
        const top = charts.find(({ title, points }) => /by votes|wait for us/.test(title) && points?.length);
        await panel.choose('Chart', top.title);
        await panel.picture(`panel-${tool.replace('_report', '')}-top-${theme}`);
        await panel.click('Tell the assistant');
        await panel.says(/The assistant knows these/);
        assert.ok(contexts[0].includes(`[${top.points[0].id}]`));
        if (top.points[0].url) {
          await panel.frame.click('li a');
          assert.deepEqual(links, [top.points[0].url]);
        }
        assert.deepEqual(wrong, []);
      });
    }
  }
});

describe('conversation', () => {
  for (const theme of themes) {
    test(`${theme}: the messages are read, and an answer becomes a plan of one`, { timeout }, async (t) => {
      const { call, show, calls, wrong, journal } = await opened(t);
      const result = await call('summarize_conversation', { conversationId: '10083' });
      const { messages } = result._meta['featurebase/view'];
      const panel = await show({ tool: 'summarize_conversation', result, theme });
      await panel.says(/Internal note/);
      for (const { name } of messages) await panel.says(new RegExp(name));
      await panel.isSound();
      await panel.frame.type('textarea', 'Billing has seen it. **Tomorrow** you will have a new invoice.');
      await panel.picture(`panel-conversation-${theme}`);
      await panel.click('Look at it');
      await panel.says(/Billing has seen it/);
      await panel.isSound();
      assert.deepEqual([calls.length, await journal()], [1, []]);

      await panel.click('Send');
      await panel.says(/Applied: 1 done/);
      const [{ operation, body }] = await journal();
      assert.equal(operation, 'replyToConversation');
      assert.equal(body.messageType, 'reply');
      await panel.click('Back to the conversation');
      assert.equal(await panel.frame.$eval('textarea', ({ value }) => value), '');
      assert.deepEqual(wrong, []);
    });
  }
});

/** What customers may write to break a panel. */
const hostile = [
  '<script>document.title = "run"; alert(1)</script>', '<img src="https://evil.example/x.png" onerror="alert(2)">', '"><svg onload=alert(3)><iframe srcdoc="<script>alert(4)</script>">',
  '</script><script>fetch("https://evil.example/")</script>', '<style>@import "https://evil.example/x.css"; *{display:none}</style><link rel=stylesheet href=https://evil.example/y.css>',
  'w'.repeat(5000), 'שלום\u202e עולם مرحبا بالعالم '.repeat(40), '漢字かな交じり文'.repeat(200), '${alert(5)} {{constructor.constructor("alert(6)")()}} javascript:alert(7)', 'line\nbreak\t\u0000\u2028end',
];

/** Replaces the strings of a value, except those that select returns false for. */
function replaced(value, select, key = '', counter = { n: 0 }) {
  if (typeof value === 'string') return select(key, value) ? hostile[counter.n++ % hostile.length] : value;
  if (Array.isArray(value)) return value.map((each) => replaced(each, select, key, counter));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaced(each, select, name, counter)]));
  return value;
}

const shownBy = {
  plan: ['plan_changes', changes], triage: ['triage_queue', { limit: 5 }], feedback: ['feedback_report', { startDate: '2026-10-01', endDate: '2026-10-31' }],
  support: ['support_report', { startDate: '2026-10-01', endDate: '2026-10-31' }], conversation: ['summarize_conversation', { conversationId: '10083' }],
};

/** Looks at each page of a panel that has several. */
async function pages(panel, most = 3) {
  for (let i = 0; i < most; i++) {
    await panel.isSound();
    const next = await panel.frame.$('.pager button:last-child:enabled');
    if (!next) return;
    await next.click();
  }
}

describe('hostile contents', () => {
  for (const [name, [tool, args]] of Object.entries(shownBy)) {
    test(`${name}: every text of a panel is hostile, and there are 5,000 rows`, { timeout }, async (t) => {
      const { call, show, page, wrong } = await opened(t);
      const result = await call(tool, args);
      const view = replaced(result._meta['featurebase/view'], (key) => !['view', 'cursor'].includes(key));
      const short = (each) => JSON.parse(JSON.stringify(each, (_, value) => (typeof value === 'string' ? value.slice(0, 100) : value)));
      const many = (list) => [...list, ...Array.from({ length: 5000 }, (_, i) => short(list[i % list.length]))].map((each, i) => ({ ...each, row: i + 1 }));
      for (const list of ['rows', 'posts', 'messages']) if (view[list]?.length) view[list] = many(view[list]);
      for (const chart of view.charts ?? []) if (chart.points?.length) chart.points = many(chart.points);
      for (const theme of themes) {
        const panel = await show({ tool, args, result: { ...result, _meta: { 'featurebase/view': view } }, theme, width: theme === 'dark' ? 360 : 720 });
        await pages(panel);
        for (const value of (await panel.frame.$('select[aria-label=Chart]')) ? ['1', '2', '3'] : []) {
          await panel.frame.select('select[aria-label=Chart]', value);
          await pages(panel, 1);
        }
        assert.equal(await panel.frame.evaluate(() => document.querySelectorAll('script').length + document.querySelectorAll('img, iframe, link, object, embed, style').length), 2);
      }
      assert.equal(await page.title(), 'Reference host');
      assert.deepEqual(wrong, []);
    });
  }

  test('a question', { timeout }, async (t) => {
    const { show, wrong } = await opened(t);
    const question = { token: 't', tool: 'delete_post', title: hostile[0], text: hostile.join('\n'), expiresAt: hostile[1] };
    for (const theme of themes) await pages(await show({ tool: 'delete_post', result: { content: [], _meta: { 'featurebase/confirm': question } }, theme, width: 360 }), 20);
    assert.deepEqual(wrong, []);
  });

  test('the objects of Featurebase themselves', { timeout: 2 * timeout }, async (t) => {
    const proxy = await startProxy(sandbox.url, (body) => replaced(body, (key) => ['title', 'name', 'content', 'bodyHtml', 'bodyMarkdown', 'subject', 'description', 'email', 'postUrl', 'profilePicture', 'domain'].includes(key)));
    t.after(() => proxy.stop());
    const { call, show, wrong } = await opened(t, { api: proxy.url });
    for (const [tool, args] of Object.values(shownBy)) {
      const result = await call(tool, tool === 'plan_changes' ? { changes: changes.changes.map((each) => ({ ...each, arguments: { ...each.arguments, statusId: undefined, tags: undefined, ...(each.tool === 'update_post' && { title: hostile[0] }) } })) } : args);
      assert.ok(result._meta?.['featurebase/view'], JSON.stringify(result).slice(0, 500));
      for (const theme of themes) await pages(await show({ tool, args, result, theme, width: theme === 'dark' ? 360 : 720 }), 2);
    }
    assert.deepEqual(wrong, []);
  });
});

describe('a host without panels', () => {
  test('has the same texts, and no data of a panel', { timeout }, async (t) => {
    const { call } = await opened(t);
    const bare = await connect({ flags: [`--api-url=${sandbox.url}`, '--toolsets=all', '--log-level=error'], variables: { FEATUREBASE_API_KEY: 'sk_panels' }, panels: false });
    t.after(() => bare.close());
    for (const [tool, args] of Object.values(shownBy)) {
      const [rich, plain] = [await call(tool, args), await bare.callTool({ name: tool, arguments: args })];
      const same = (result) => JSON.stringify(result.content).replace(/plan_[a-z0-9]+/g, 'plan_x').replace(/\d\d:\d\d/g, 'now');
      assert.equal(same(plain), same(rich));
      assert.deepEqual([plain.structuredContent, plain._meta?.['featurebase/view']], [rich.structuredContent, undefined]);
    }
  });
});

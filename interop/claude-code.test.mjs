// Claude Code against the real binary: full turns of the host, with a script in place of the model.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { calling, claude, named, outcome } from './lib/claude.mjs';
import { areDarkModePosts, planned } from './lib/journey.mjs';
import { binary, environment, startHTTP, startSandbox, tools } from './lib/program.mjs';

const onStdio = (...flags) => ({ command: binary(), args: ['--log-level=error', ...flags], env: {} });

describe('over stdio', () => {
  const entry = onStdio('--sandbox');

  test('shows its model the default tools, and the instructions to their end', async () => {
    const { requests } = await claude({ entry, prompt: 'What is there?' });
    const shown = requests[0].tools.filter(({ name }) => name.startsWith(named('')));
    const declared = tools('default');
    assert.deepEqual(shown.map(({ name }) => name).sort(), declared.map(({ name }) => named(name)).sort());
    for (const { name, description, input_schema: schema } of shown) {
      assert.ok(description.length > 10 && schema.type === 'object' && schema.additionalProperties === false, name);
    }
    assert.match(JSON.stringify(requests[0]), /never instructions to you[^]*Do not repeat a call that says it cannot\./);
  });

  test('hands its model an answer as long as they get, whole', async () => {
    const input = { detail: 'full', limit: 100 };
    const { requests } = await claude({ entry, prompt: 'List all posts', turns: [calling('search_posts', input)], allowed: ['search_posts'] });
    const { text } = outcome(requests, 'search_posts');
    assert.ok(text.length > 20_000, `${text.length} characters`);
    assert.ok(JSON.parse(text).nextCursor);
  });

  // A click in a panel is confirmed by a token in the metadata of a result. A host whose model could read it would not protect anybody.
  test('keeps the metadata of a result from its model', async () => {
    const { requests } = await claude({ entry, prompt: 'Plan that', turns: [calling('plan_changes', planned)], allowed: ['plan_changes'] });
    const { text, isError } = outcome(requests, 'plan_changes');
    assert.equal(isError, false, text);
    assert.match(text, /plan_[a-z0-9]+/);
    assert.ok(!JSON.stringify(requests).includes('featurebase/plan'));
  });

  test('hands its model a tool error, in words', async () => {
    const { requests } = await claude({ entry, prompt: 'List all posts', turns: [calling('search_posts', { limit: 500 })], allowed: ['search_posts'] });
    const { text, isError } = outcome(requests, 'search_posts');
    assert.equal(isError, true);
    assert.match(text, /limit: at most 100, got 500/);
  });

  test('has tools of its own for resources: its model lists them and reads one', async () => {
    const own = (name, input) => [{ type: 'tool_use', id: `toolu_${name}`, name, input: { server: 'featurebase', ...input } }];
    const turns = [own('ListMcpResourcesTool', {}), own('ReadMcpResourceTool', { uri: 'featurebase://boards/Bugs/posts' })];
    const { requests } = await claude({ entry, prompt: 'Which bugs are there?', turns });
    const listed = JSON.parse(outcome(requests, 'ListMcpResourcesTool').text);
    assert.ok(listed.some(({ title }) => title === 'Posts of board: Bugs'));
    const [content] = JSON.parse(outcome(requests, 'ReadMcpResourceTool').text).contents;
    assert.match(content.text, /^50 of 56 posts, newest first\.$/m);
  });

  test('gets a prompt with what the user typed', async () => {
    const { requests } = await claude({ entry, prompt: `/${named('weekly_report')} month Bugs` });
    const texts = requests[0].messages.flatMap(({ content }) => content).map(({ text }) => text);
    const prompt = texts.find((text) => text?.startsWith('Report what customers asked for.'));
    assert.match(prompt ?? texts.join('\n'), /The period is the last "month"\. Take only the board "Bugs"\./);
  });

  test('splits what the user typed at spaces, and shows its model all of it', async () => {
    const { requests } = await claude({ entry, prompt: `/${named('answer_support_question')} "How do I" export?` });
    const texts = requests[0].messages.flatMap(({ content }) => content).map(({ text }) => text ?? '');
    assert.ok(texts.some((text) => text.includes(String.raw`the id of the conversation that asks it: "\"How".`)), texts.join('\n'));
    assert.ok(texts.some((text) => text.includes('"How do I" export?')), texts.join('\n'));
  });

  test('tells a user who leaves out a required argument, and asks no model', async () => {
    const { result, requests } = await claude({ entry, prompt: `/${named('close_the_loop')}` });
    assert.match(result.result, /Missing required argument: post/);
    assert.deepEqual(requests, []);
  });

  test('hands its model a value that is not offered, as the user typed it', async () => {
    const { requests } = await claude({ entry, prompt: `/${named('weekly_report')} decade` });
    const texts = requests[0].messages.flatMap(({ content }) => content).map(({ text }) => text ?? '');
    assert.ok(texts.some((text) => text.includes('The period is the last "decade".')), texts.join('\n'));
  });
});

const carriers = {
  stdio: () => ({ entry: onStdio('--sandbox'), stop: async () => 0 }),
  http: async () => {
    const { url, stop } = await startHTTP({ flags: ['--sandbox', '--log-level=error'], variables: {} });
    return { entry: { type: 'http', url }, stop };
  },
  sse: async () => {
    const { sse, stop } = await startHTTP({ flags: ['--sandbox', '--log-level=error'], variables: {} });
    return { entry: { type: 'sse', url: sse }, stop };
  },
};
for (const [carrier, open] of Object.entries(carriers)) {
  test(`calls a tool over ${carrier}, and hands its model our text as it is`, async (t) => {
    const { entry, stop } = await open();
    t.after(async () => assert.equal(await stop(), 0));
    const input = { search: 'dark mode', limit: 3 };
    const { result, requests } = await claude({ entry, prompt: 'Who wants a dark mode?', turns: [calling('search_posts', input)], allowed: ['search_posts'] });
    const { text, isError } = outcome(requests, 'search_posts');
    assert.equal(isError, false, text);
    areDarkModePosts(JSON.parse(text));
    assert.equal(text, execFileSync(binary(), ['call', '--sandbox', 'search_posts', JSON.stringify(input)], { encoding: 'utf8', env: environment() }).trimEnd());
    assert.equal(result.result, 'done');
  });
}

// A headless Claude Code says that it can ask its user, and then cancels every question.
describe('before what cannot be undone', () => {
  let sandbox;
  before(async () => { sandbox = await startSandbox(); });
  after(async () => assert.equal(await sandbox.stop(), 0));
  const written = async () => (await (await fetch(`${sandbox.url}/_sandbox/journal`)).json()).data;

  const deleting = async (confirm) => {
    const posts = await (await fetch(`${sandbox.url}/v2/posts?limit=1`, { headers: { Authorization: 'Bearer sk_any' } })).json();
    const entry = { ...onStdio('--api-url', sandbox.url, '--tools=delete_post', '--confirm', confirm), env: { FEATUREBASE_API_KEY: 'sk_any' } };
    const turns = [calling('delete_post', { postId: posts.data[0].id })];
    const { requests } = await claude({ entry, prompt: 'Delete that post', turns, allowed: ['delete_post'] });
    return { id: posts.data[0].id, ...outcome(requests, 'delete_post') };
  };

  test('it cancels the question: nothing is sent, and its model is told so', async () => {
    const { text, isError } = await deleting('auto');
    assert.equal(isError, true, text);
    assert.match(text, /^delete_post sent nothing: [^]*closed the question/);
    assert.deepEqual(await written(), []);
  });

  test('it is not asked with --confirm never: the post is deleted once', async () => {
    const { id, text, isError } = await deleting('never');
    assert.equal(isError, false, text);
    assert.deepEqual((await written()).map(({ method, path }) => `${method} ${path}`), [`DELETE /v2/posts/${id}`]);
  });
});

// Gemini CLI against the real binary: full turns of the host, with a script in place of the model.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { areDarkModePosts, planned } from '../lib/journey.mjs';
import { binary, environment, forPanels, startSandbox, tools } from '../lib/program.mjs';
import { calling, gemini, named, outcome, shown, using } from './gemini.mjs';

const sandbox = { command: binary(), args: ['--sandbox', '--log-level=error'] };

// The tool for panels is meant for views alone, which it does not heed.
test('shows its model the default tools, the one for panels among them, and the instructions to their end', async (t) => {
  const { requests } = await gemini(t, { ...sandbox, prompt: 'What is there?' });
  const ours = shown(requests[0]).filter(({ name }) => name.startsWith(named('')));
  assert.deepEqual(ours.map(({ name }) => name).sort(), [...tools('default'), { name: forPanels }].map(({ name }) => named(name)).sort());
  for (const { name, parametersJsonSchema: schema } of ours) assert.equal(schema.type, 'object', name);
  assert.match(JSON.stringify(requests[0]), /never instructions to you[^]*Do not repeat a call that says it cannot\./);
});

test('hides every tool of ours in a headless run that may not call unasked, and in a folder that it does not trust', async (t) => {
  const { requests } = await gemini(t, { ...sandbox, flags: [], prompt: 'What is there?' });
  assert.deepEqual(shown(requests[0]).filter(({ name }) => name.startsWith(named(''))), []);
  const untrusted = await gemini(t, { ...sandbox, trusted: false, prompt: 'What is there?' });
  assert.match(untrusted.complained, /trust/i);
  for (const request of untrusted.requests) assert.deepEqual(shown(request).filter(({ name }) => name.startsWith(named(''))), []);
});

test('hands its model our text as it is', async (t) => {
  const input = { search: 'dark mode', limit: 3 };
  const { printed, requests } = await gemini(t, { ...sandbox, prompt: 'Who wants a dark mode?', turns: [calling('search_posts', input)] });
  const { output } = outcome(requests, named('search_posts'));
  const text = output.match(/^<untrusted_context>\n([^]*)\n<\/untrusted_context>$/)[1];
  areDarkModePosts(JSON.parse(text));
  assert.equal(text, execFileSync(binary(), ['call', '--sandbox', 'search_posts', JSON.stringify(input)], { encoding: 'utf8', env: environment() }).trimEnd());
  assert.match(printed, /done/);
});

// A click in a panel is confirmed by a token in the metadata of a result. A host whose model could read it would not protect anybody.
test('keeps the metadata of a result from its model', async (t) => {
  const { requests } = await gemini(t, { ...sandbox, prompt: 'Plan that', turns: [calling('plan_changes', planned)] });
  assert.match(outcome(requests, named('plan_changes')).output, /plan_[a-z0-9]+/);
  assert.ok(!JSON.stringify(requests).includes('featurebase/plan'));
});

test('checks arguments by the schema itself, and hands its model our errors in words', async (t) => {
  const turns = [calling('search_posts', { limit: 500 }), calling('get_post', { postId: '64b0c2f19d3e5a7788990011' })];
  const { requests } = await gemini(t, { ...sandbox, prompt: 'List all posts', turns });
  assert.deepEqual(outcome(requests, named('search_posts')), { error: 'params/limit must be <= 100' });
  assert.match(outcome(requests, named('get_post')).error, /get_post failed: nothing has postId[^]*search_posts finds the right postId/);
});

test('has tools of its own for resources: its model lists them, and reads one that is listed', async (t) => {
  const templated = 'featurebase://boards/Bugs/posts';
  const listed = 'featurebase://help-center';
  const turns = [using('list_mcp_resources', {}), using('read_mcp_resource', { uri: listed })];
  const { requests } = await gemini(t, { ...sandbox, prompt: 'What is in the help center?', turns });
  assert.match(outcome(requests, 'list_mcp_resources').output, /featurebase:\/\/help-center/);
  assert.match(outcome(requests, 'read_mcp_resource').output, /Getting started/i);
  const other = await gemini(t, { ...sandbox, prompt: 'Which bugs are there?', turns: [using('read_mcp_resource', { uri: templated })] });
  assert.match(outcome(other.requests, 'read_mcp_resource').error, /Resource not found for URI/);
});

test('gets a prompt with what the user typed', async (t) => {
  const { requests } = await gemini(t, { ...sandbox, prompt: '/weekly_report --period=month --board="Bugs"' });
  const text = requests[0].contents.at(-1).parts.map(({ text }) => text).join('');
  assert.match(text, /Report what customers asked for\.[^]*The period is the last \\?"month\\?"\. Take only the board \\?"Bugs\\?"\./);
});

// It declares no elicitation, so nobody is asked unless the server insists.
describe('before what cannot be undone', () => {
  let api;
  before(async () => { api = await startSandbox(); });
  after(async () => assert.equal(await api.stop(), 0));
  const written = async () => (await (await fetch(`${api.url}/_sandbox/journal`)).json()).data.map(({ method }) => method);

  const deleting = async (t, confirm) => {
    const posts = await (await fetch(`${api.url}/v2/posts?limit=1`, { headers: { Authorization: 'Bearer sk_any' } })).json();
    const server = { command: binary(), args: ['--log-level=error', '--api-url', api.url, '--tools=delete_post', '--confirm', confirm], env: { FEATUREBASE_API_KEY: 'sk_any' } };
    const { requests } = await gemini(t, { ...server, prompt: 'Delete that post', turns: [calling('delete_post', { postId: posts.data[0].id })] });
    return outcome(requests, named('delete_post'));
  };

  test('--confirm always sends nothing, and its model is told so', async (t) => {
    assert.match((await deleting(t, 'always')).error, /delete_post sent nothing: the user has to confirm it first \(--confirm always\), and this client cannot ask\./);
    assert.deepEqual(await written(), []);
  });

  test('--confirm auto leaves it to the host, which asks nobody with --yolo', async (t) => {
    assert.match((await deleting(t, 'auto')).output, /"did":"deleted"/);
    assert.deepEqual(await written(), ['DELETE']);
  });
});

// Codex against the real binary: full turns of the host, with a script in place of the model.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { areDarkModePosts, planned } from '../lib/journey.mjs';
import { binary, environment, startSandbox, tools } from '../lib/program.mjs';
import { calling, codex, namespace, outcome, searching, using } from './codex.mjs';

const sandbox = { command: binary(), args: ['--sandbox', '--log-level=error'] };

test('shows a model all default tools in one namespace, which the instructions describe to their end', async (t) => {
  const { requests } = await codex(t, { ...sandbox, prompt: 'What is there?' });
  const ours = requests[0].tools.find(({ name }) => name === namespace);
  assert.deepEqual(ours.tools.map(({ name }) => name).sort(), tools('default').map(({ name }) => name).sort());
  assert.match(ours.description, /^Featurebase: [^]*Do not repeat a call that says it cannot\.$/);
  for (const { name, parameters } of ours.tools) assert.equal(parameters.type, 'object', name);
});

test('lets a model that can search for tools find them by what they do', async (t) => {
  const { requests } = await codex(t, { ...sandbox, model: 'gpt-5.5-codex', prompt: 'Who wants a dark mode?', turns: [searching('search feedback posts')] });
  assert.ok(!requests[0].tools.some(({ name }) => name === namespace), 'the tools are shown at once');
  const found = JSON.stringify(requests[1].input.find(({ type }) => type === 'tool_search_output'));
  assert.match(found, /search_posts/);
});

test('hands its model our text as it is', async (t) => {
  const input = { search: 'dark mode', limit: 3 };
  const { events, requests } = await codex(t, { ...sandbox, prompt: 'Who wants a dark mode?', turns: [calling('search_posts', input)] });
  const text = outcome(requests, 'search_posts').replace(/^Wall time: .*\nOutput:\n/, '');
  areDarkModePosts(JSON.parse(text));
  assert.equal(text, execFileSync(binary(), ['call', '--sandbox', 'search_posts', JSON.stringify(input)], { encoding: 'utf8', env: environment() }).trimEnd());
  assert.equal(events.at(-2).item.text, 'done');
});

// A click in a panel is confirmed by a token in the metadata of a result. A host whose model could read it would not protect anybody.
test('keeps the metadata of a result from its model', async (t) => {
  const { requests } = await codex(t, { ...sandbox, prompt: 'Plan that', turns: [calling('plan_changes', planned)] });
  assert.match(outcome(requests, 'plan_changes'), /plan_[a-z0-9]+/);
  assert.ok(!JSON.stringify(requests).includes('featurebase/plan'));
});

test('hands its model a tool error, in words', async (t) => {
  const { requests } = await codex(t, { ...sandbox, prompt: 'List all posts', turns: [calling('search_posts', { limit: 500 })] });
  assert.match(outcome(requests, 'search_posts'), /limit: at most 100, got 500/);
});

test('has tools of its own for resources: its model lists them and reads one', async (t) => {
  const turns = [using('list_mcp_resources', { server: 'featurebase' }), using('read_mcp_resource', { server: 'featurebase', uri: 'featurebase://boards/Bugs/posts' })];
  const { requests } = await codex(t, { ...sandbox, prompt: 'Which bugs are there?', turns });
  assert.match(outcome(requests, 'list_mcp_resources'), /Posts of board: Bugs/);
  assert.match(outcome(requests, 'read_mcp_resource'), /50 of 56 posts, newest first\./);
});

// A headless Codex lets no call through that has to be approved, which are all that write. Without approvals it declines every question of ours.
describe('a headless run', () => {
  let api;
  before(async () => { api = await startSandbox(); });
  after(async () => assert.equal(await api.stop(), 0));
  const written = async () => (await (await fetch(`${api.url}/_sandbox/journal`)).json()).data.map(({ method }) => method);

  const writing = async (t, tool, input, ...flags) => {
    const posts = await (await fetch(`${api.url}/v2/posts?limit=1`, { headers: { Authorization: 'Bearer sk_any' } })).json();
    const server = { command: binary(), args: ['--log-level=error', '--api-url', api.url, '--tools=delete_post'], env: { FEATUREBASE_API_KEY: 'sk_any' } };
    const turns = [calling(tool, { postId: posts.data[0].id, ...input })];
    const { requests } = await codex(t, { ...server, flags, prompt: 'Do that', turns });
    return outcome(requests, tool);
  };
  const unapproved = '--dangerously-bypass-approvals-and-sandbox';

  test('refuses what writes before it comes to us', async (t) => {
    assert.match(await writing(t, 'create_comment', { content: 'Thanks' }), /MCP tool call requires approval, but approval policy is never/);
    assert.match(await writing(t, 'delete_post', {}), /MCP tool call requires approval, but approval policy is never/);
    assert.deepEqual(await written(), []);
  });

  test('without approvals declines our question before what cannot be undone, and its model is told so', async (t) => {
    assert.match(await writing(t, 'delete_post', {}, unapproved), /delete_post sent nothing: the user declined\./);
    assert.deepEqual(await written(), []);
    assert.match(await writing(t, 'create_comment', { content: 'Thanks' }, unapproved), /"postId"/);
    assert.deepEqual(await written(), ['POST']);
  });
});

// opencode against the real binary: full turns of the host, with a script in place of the model.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { areDarkModePosts, planned } from '../lib/journey.mjs';
import { binary, environment, forPanels, tools } from '../lib/program.mjs';
import { calling, named, opencode, outcome } from './opencode.mjs';

const command = [binary(), '--sandbox', '--log-level=error'];

// The tool for panels is meant for views alone, which it does not heed.
test('shows its model the default tools, the one for panels among them, and hands it our text as it is', async (t) => {
  const input = { search: 'dark mode', limit: 3 };
  const { requests } = await opencode(t, { command, prompt: 'Who wants a dark mode?', turns: [calling('search_posts', input)] });
  const shown = requests.find((request) => request.tools).tools.map(({ function: { name } }) => name).filter((name) => name.startsWith(named('')));
  assert.deepEqual(shown.sort(), [...tools('default'), { name: forPanels }].map(({ name }) => named(name)).sort());
  const text = outcome(requests, 'search_posts');
  areDarkModePosts(JSON.parse(text));
  assert.equal(text, execFileSync(binary(), ['call', '--sandbox', 'search_posts', JSON.stringify(input)], { encoding: 'utf8', env: environment() }).trimEnd());
});

// A click in a panel is confirmed by a token in the metadata of a result. A host whose model could read it would not protect anybody.
test('keeps the metadata of a result from its model', async (t) => {
  const { requests } = await opencode(t, { command, prompt: 'Plan that', turns: [calling('plan_changes', planned)] });
  assert.match(outcome(requests, 'plan_changes'), /plan_[a-z0-9]+/);
  assert.ok(!JSON.stringify(requests).includes('featurebase/plan'));
});

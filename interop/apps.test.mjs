// Panels in a real browser: the official AppBridge shows what the program serves, with real answers of the sandbox.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect, openHost, themes } from './lib/apphost.mjs';
import { startSandbox } from './lib/program.mjs';

const timeout = 60_000;

let host, sandbox;
before(async () => { [host, sandbox] = await Promise.all([openHost(), startSandbox()]); });
after(async () => { await host?.stop(); await sandbox?.stop(); });

/** Opens a page of the host with the program before the sandbox, which starts over. */
async function opened(t, { flags = [] } = {}) {
  await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST' });
  const client = await connect({ flags: [`--api-url=${sandbox.url}`, '--toolsets=all', '--log-level=error', ...flags], variables: { FEATUREBASE_API_KEY: 'sk_panels' } });
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
      const { call, show, calls, contexts, wrong, journal } = await opened(t, { flags: ['--confirm=never'] });
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
      assert.deepEqual(calls.map(({ name, arguments: { except } }) => [name, except]), [['apply_plan', [3]]]);
      assert.deepEqual((await journal()).map(({ operation }) => operation).sort(), ['createComment', 'updatePost']);
      assert.match(contexts[0], /the user applied the plan plan_\w+/);
      assert.deepEqual(wrong, []);
    });
  }
});

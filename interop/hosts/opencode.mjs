// opencode in its headless mode, with a script in place of the model.
import assert from 'node:assert/strict';
import { listen } from '../lib/listen.mjs';
import { newHome, run } from './lib.mjs';

/** How opencode names a tool of ours to its model. */
export const named = (name) => `featurebase_${name}`;

/**
 * Has opencode answer a prompt with our server, which is started with this command. turns are what the model says, one after the other: calls of
 * tools; then it says that it is done. Resolves with the requests that the model got.
 */
export async function opencode(t, { command, prompt, turns = [] }) {
  const stub = await listen(scripted(turns));
  t.after(() => stub.stop());
  const home = newHome(t, {
    '.config/opencode/opencode.json': JSON.stringify({
      autoupdate: false, share: 'disabled', model: 'stub/model', small_model: 'stub/model',
      provider: { stub: { npm: '@ai-sdk/openai-compatible', name: 'stub', options: { baseURL: `${stub.url}/v1`, apiKey: 'x' }, models: { model: { name: 'model' } } } },
      mcp: { featurebase: { type: 'local', command, enabled: true } },
    }),
  });
  const { code, stdout, stderr } = await run('opencode', home, ['run', prompt], { OPENCODE_DISABLE_MODELS_FETCH: '1' });
  assert.equal(code, 0, stdout + stderr);
  return { requests: stub.requests.filter(({ url }) => url === '/v1/chat/completions').map(({ body }) => JSON.parse(body)) };
}

/** A turn of the model that calls a tool of ours. */
export const calling = (name, args) => ({ id: `call_${name}`, type: 'function', function: { name: named(name), arguments: JSON.stringify(args) } });

/** What the model gets of a call. */
export function outcome(requests, name) {
  const message = requests.flatMap(({ messages }) => messages).find(({ role, tool_call_id: id }) => role === 'tool' && id === `call_${name}`);
  assert.ok(message, `the model got no result of ${name}`);
  return message.content;
}

// scripted answers requests as the Chat Completions API streams them. Requests without tools ask for a title.
function scripted(turns) {
  let turn = 0;
  return (request, response) => {
    if (request.url !== '/v1/chat/completions') {
      response.writeHead(404).end('{}');
      return;
    }
    const call = JSON.parse(request.body).tools && turns[turn++];
    const delta = call ? { tool_calls: [{ index: 0, ...call }] } : { content: 'done' };
    const chunk = (delta, finish) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'model', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(chunk({ role: 'assistant', ...delta }, null));
    response.end(`${chunk({}, call ? 'tool_calls' : 'stop')}data: [DONE]\n\n`);
  };
}

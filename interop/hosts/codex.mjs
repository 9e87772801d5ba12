// Codex in its headless mode, with a script in place of the model.
import assert from 'node:assert/strict';
import { listen } from '../lib/listen.mjs';
import { newHome, run } from './lib.mjs';

/** The namespace that Codex puts our tools into. */
export const namespace = 'mcp__featurebase';

/**
 * Has Codex answer a prompt with our server, which is started with this command and these arguments. turns are what the model says, one after the other:
 * items of the Responses API; then it says that it is done. Resolves with the events that Codex prints, and the requests that the model got.
 */
export async function codex(t, { command, args, env = {}, flags = [], prompt, turns = [], model = 'a-model-that-it-does-not-know' }) {
  const stub = await listen(scripted(turns));
  t.after(() => stub.stop());
  const quoted = (texts) => `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
  const variables = Object.entries(env).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
  const home = newHome(t, {
    '.codex/config.toml': `model = "${model}"
model_provider = "stub"
[model_providers.stub]
name = "stub"
base_url = "${stub.url}/v1"
wire_api = "responses"
[mcp_servers.featurebase]
command = ${JSON.stringify(command)}
args = ${quoted(args)}
env = { ${variables} }
`,
  });
  const { code, stdout, stderr } = await run('codex', home, ['exec', '--skip-git-repo-check', '--json', ...flags, prompt]);
  assert.equal(code, 0, stderr);
  const requests = stub.requests.filter(({ url }) => url === '/v1/responses').map(({ body }) => JSON.parse(body));
  return { events: stdout.trim().split('\n').map((line) => JSON.parse(line)), requests };
}

/** A turn of the model that calls a tool of ours. */
export const calling = (name, args) => ({ type: 'function_call', id: `fc_${name}`, call_id: `call_${name}`, name, namespace, arguments: JSON.stringify(args) });

/** A turn that calls a tool of the host's. */
export const using = (name, args) => ({ type: 'function_call', id: `fc_${name}`, call_id: `call_${name}`, name, arguments: JSON.stringify(args) });

/** A turn that looks for tools. */
export const searching = (query) => ({ type: 'tool_search_call', id: 'ts_1', call_id: 'call_search', status: 'completed', execution: 'client', arguments: { query } });

/** What the model gets of a call: the text. */
export function outcome(requests, name) {
  const item = requests.flatMap(({ input }) => input).find(({ type, call_id: id }) => type === 'function_call_output' && id === `call_${name}`);
  assert.ok(item, `the model got no result of ${name}`);
  return typeof item.output === 'string' ? item.output : item.output.map(({ text }) => text).join('\n');
}

// scripted answers requests as the Responses API streams them.
function scripted(turns) {
  let turn = 0;
  return (request, response) => {
    if (request.url !== '/v1/responses') {
      response.writeHead(404).end('{}');
      return;
    }
    const id = `resp_${turn}`;
    const item = turns[turn++] ?? { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] };
    const usage = { input_tokens: 1, input_tokens_details: null, output_tokens: 1, output_tokens_details: null, total_tokens: 2 };
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const send = (type, data) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    send('response.created', { response: { id } });
    send('response.output_item.done', { output_index: 0, item });
    send('response.completed', { response: { id, usage } });
    response.end();
  };
}

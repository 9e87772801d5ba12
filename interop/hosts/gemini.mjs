// Gemini CLI in its headless mode, with a script in place of the model.
import assert from 'node:assert/strict';
import { listen } from '../lib/listen.mjs';
import { newHome, run } from './lib.mjs';

/** How Gemini CLI names a tool of ours to its model. */
export const named = (name) => `mcp_featurebase_${name}`;

/**
 * Has Gemini CLI answer a prompt with our server, which is started with this command and these arguments, in a folder that it trusts unless that is false.
 * turns are what the model says, one after the other: parts of the Gemini API; then it says that it is done. Resolves with what Gemini CLI prints, and
 * the requests that the model got, those aside in which it is asked how hard the task is.
 */
export async function gemini(t, { command, args, env = {}, flags = ['--yolo'], trusted = true, prompt, turns = [] }) {
  const stub = await listen(scripted(turns));
  t.after(() => stub.stop());
  const home = newHome(t, {
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { disableAutoUpdate: true },
      mcpServers: { featurebase: { command, args, env } },
    }),
  });
  const variables = { GEMINI_API_KEY: 'x', GOOGLE_GEMINI_BASE_URL: stub.url, ...(trusted && { GEMINI_CLI_TRUST_WORKSPACE: 'true' }) };
  const { code, stdout, stderr } = await run('gemini', home, [...flags, '-p', prompt], variables);
  const requests = stub.requests.filter(({ url }) => url.includes(':streamGenerateContent')).map(({ body }) => JSON.parse(body));
  return { code, printed: stdout, complained: stderr, requests };
}

/** A turn of the model that calls a tool of ours. */
export const calling = (name, args) => ({ functionCall: { name: named(name), args } });

/** A turn that calls a tool of the host's. */
export const using = (name, args) => ({ functionCall: { name, args } });

/** The names of the tools that a request shows the model. */
export const shown = (request) => (request.tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? []);

/** What the model gets of a call: its output, or its error. */
export function outcome(requests, name) {
  const parts = requests.flatMap(({ contents }) => contents).flatMap(({ parts }) => parts);
  const part = parts.find(({ functionResponse: response }) => response?.name === name);
  assert.ok(part, `the model got no result of ${name}`);
  return part.functionResponse.response;
}

// scripted answers requests as the Gemini API does.
function scripted(turns) {
  let turn = 0;
  return (request, response) => {
    const streams = request.url.includes(':streamGenerateContent');
    if (!streams && !request.url.includes(':generateContent')) {
      response.writeHead(404).end('{}');
      return;
    }
    const asked = streams && JSON.parse(request.body).tools;
    const part = (asked && turns[turn++]) || { text: streams ? 'done' : '{"complexity_reasoning": "x", "complexity_score": 1}' };
    const content = { candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }], usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 } };
    response.writeHead(200, { 'Content-Type': streams ? 'text/event-stream' : 'application/json' });
    response.end(streams ? `data: ${JSON.stringify(content)}\n\n` : JSON.stringify(content));
  };
}

// Claude Code in its headless mode, with its own home, and in place of the model a script: what it asks the Messages API is kept,
// and what it gets is what the test wrote. It reaches nothing but loopback; whatever it sends to a proxy is kept as well.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { listen } from './listen.mjs';
import { root } from './program.mjs';

/** How Claude Code names a tool or a prompt of ours to its model and its user. */
export const named = (name) => `mcp__featurebase__${name}`;

/**
 * Has Claude Code answer a prompt with our server, which entry describes as in a .mcp.json. turns are what the model says, one after
 * the other: content blocks of the Messages API; then it says that it is done. allowed are the tools that it may call unasked.
 * Resolves with the result that it prints, and the requests that the model got.
 */
export async function claude({ entry, prompt, turns = [], allowed = [] }) {
  const home = mkdtempSync(join(tmpdir(), 'claude-code-'));
  const model = await listen(scripted(turns));
  const proxy = await listen((_, response) => response.writeHead(403).end());
  try {
    const config = join(home, 'mcp.json');
    writeFileSync(config, JSON.stringify({ mcpServers: { featurebase: entry } }));
    const args = ['-p', prompt, '--mcp-config', config, '--strict-mcp-config', '--output-format', 'json'];
    if (allowed.length) args.push('--allowedTools', allowed.map(named).join(','));
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: 'x',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      ENABLE_TOOL_SEARCH: 'false', // the model sees the tools at once
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      NO_PROXY: '127.0.0.1',
    };
    const child = spawn(executable(), args, { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'], timeout: patience, killSignal: 'SIGKILL' });
    const [printed, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    assert.equal(code ?? signal, 0, printed);
    assert.deepEqual(proxy.requests, [], 'it reached for the network');
    assert.deepEqual(model.requests.filter(({ url }) => !url.startsWith('/v1/messages')), []);
    return { result: JSON.parse(printed), requests: model.requests.map(({ body }) => JSON.parse(body)) };
  } finally {
    await Promise.all([model.stop(), proxy.stop()]);
    rmSync(home, { recursive: true, maxRetries: 3 }); // it may still write
  }
}

/** A turn of the model that calls a tool of ours. */
export const calling = (tool, input) => [{ type: 'tool_use', id: `toolu_${tool}`, name: named(tool), input }];

/** What the model gets of that call: the text, and whether it is an error. */
export function outcome(requests, tool) {
  const blocks = requests.flatMap(({ messages }) => messages.flatMap(({ content }) => content));
  const block = blocks.find(({ type, tool_use_id: id }) => type === 'tool_result' && id === `toolu_${tool}`);
  assert.ok(block, `the model got no result of ${tool}`);
  const content = typeof block.content === 'string' ? [{ type: 'text', text: block.content }] : block.content;
  assert.deepEqual(content.map(({ type }) => type), ['text']);
  return { text: content[0].text, isError: block.is_error ?? false };
}

// The program itself, of the package that npm chose for this machine; what stands in .bin needs an install script.
function executable() {
  const scope = join(root, 'interop', 'node_modules', '@anthropic-ai');
  return join(scope, readdirSync(scope).find((name) => name.startsWith('claude-code-')), 'claude');
}

// scripted answers requests as the Messages API streams them.
function scripted(turns) {
  let turn = 0;
  return (request, response) => {
    const { model, stream, tools } = JSON.parse(request.body);
    assert.equal(stream, true);
    const script = tools?.length ? turns[turn++] : undefined; // it also asks without tools, for a title
    const content = script ?? [{ type: 'text', text: 'done' }];
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: `msg_${turn}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null, usage };
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const send = (type, data) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    send('message_start', { message });
    content.forEach((block, index) => {
      const [start, delta] =
        block.type === 'text'
          ? [{ ...block, text: '' }, { type: 'text_delta', text: block.text }]
          : [{ ...block, input: {} }, { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }];
      send('content_block_start', { index, content_block: start });
      send('content_block_delta', { index, delta });
      send('content_block_stop', { index });
    });
    send('message_delta', { delta: { stop_reason: script ? 'tool_use' : 'end_turn', stop_sequence: null }, usage });
    send('message_stop', {});
    response.end();
  };
}

const patience = 90_000; // milliseconds for what takes about one second, on a busy machine

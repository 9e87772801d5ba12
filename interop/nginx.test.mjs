// nginx before the program, as in a company: a path prefix, and an end for responses to which nothing comes for a while.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startHTTP } from './lib/program.mjs';
import { connect } from './lib/v1.mjs';

const readTimeout = 20; // seconds, longer than the program leaves a stream without a comment
const beyond = 25_000; // milliseconds

/** Starts an API that takes longer for its boards than nginx waits for a byte. */
async function startSlowAPI() {
  const server = createServer(async (request, response) => {
    if (request.url.startsWith('/v2/boards')) await setTimeout(beyond);
    response.setHeader('Content-Type', 'application/json').end('[{"id":"64b921c0d0013bb2e0000001","name":"Feature requests"}]');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.closeAllConnections() || server.close() };
}

/** A port that is free now. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts nginx before a server and returns the address of its prefix. */
async function startNginx(t, upstream) {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  writeFileSync(join(folder, 'nginx.conf'), `
    daemon off; master_process off; pid ${folder}/pid; error_log stderr error;
    events {}
    http {
      access_log off; ${temporary}
      server {
        listen 127.0.0.1:${port};
        location /feedback/ {
          proxy_pass ${upstream}/;
          proxy_http_version 1.1;
          proxy_read_timeout ${readTimeout}s;
        }
      }
    }`);
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  t.after(async () => {
    kill();
    await once(child, 'exit').catch(() => {});
    process.off('exit', kill);
    rmSync(folder, { recursive: true });
  });
  const address = `http://127.0.0.1:${port}/feedback`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const up = await fetch(`${address}/healthz`).then((response) => response.ok, () => false);
    if (up) return address;
    await setTimeout(50);
  }
}

describe('behind nginx', { concurrency: true }, () => {
  for (const [name, open] of Object.entries({
    'Streamable HTTP': (address) => new StreamableHTTPClientTransport(new URL(`${address}/mcp`)),
    SSE: (address) => new SSEClientTransport(new URL(`${address}/sse`)),
  })) {
    test(`${name}: an idle session and a slow call outlive its patience`, async (t) => {
      const api = await startSlowAPI();
      t.after(api.stop);
      const server = await startHTTP({ flags: ['--log-level=error', `--api-url=${api.url}`, '--timeout=60s', '--deadline=60s'], variables: { FEATUREBASE_API_KEY: 'sk_test' } });
      t.after(server.stop);
      const connection = await connect(open(await startNginx(t, new URL(server.url).origin)));
      t.after(connection.close);
      await setTimeout(beyond);
      const answer = await connection.call('list_boards', {});
      assert.match(JSON.stringify(answer), /Feature requests/);
      assert.deepEqual(connection.errors, []);
    });
  }
});

// Three replicas with a store, and a balancer that sends each request to the next of them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createListener } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHTTP } from './program.mjs';

/** Whether there is a store to start. CI, which sets STORE_TESTS, has one. */
export const hasStore = process.env.STORE_TESTS === 'required' || spawnSync('redis-server', ['--version']).status === 0;

/** Starts the replicas. stop is as with one server, and resolves with the exit code that is not 0, if there is one. */
export async function startReplicas(target) {
  const port = await freePort();
  const store = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--loglevel', 'warning'], { stdio: 'ignore' });
  process.once('exit', () => store.kill('SIGKILL'));
  const folder = mkdtempSync(join(tmpdir(), 'featurebase-mcp-replicas-'));
  const key = join(folder, 'key');
  writeFileSync(key, '5a'.repeat(32));
  const flags = [...target.flags, `--store=redis://127.0.0.1:${port}`, `--state-key-file=${key}`];
  const replicas = await Promise.all([1, 2, 3].map(() => startHTTP({ ...target, flags })));
  let next = 0;
  const balancer = createServer((from, to) => {
    const { hostname, port: at } = new URL(replicas[next++ % replicas.length].url);
    const out = request({ host: hostname, port: at, method: from.method, path: from.url, headers: from.headers, agent: false }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      to.flushHeaders();
      answer.pipe(to);
    });
    out.on('error', () => to.destroy());
    to.on('close', () => out.destroy());
    from.pipe(out);
  });
  balancer.listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  const stop = async () => {
    balancer.close();
    balancer.closeAllConnections();
    const codes = await Promise.all(replicas.map((replica) => replica.stop()));
    store.kill('SIGKILL');
    rmSync(folder, { recursive: true });
    return codes.find((code) => code !== 0) ?? 0;
  };
  return { url: `http://127.0.0.1:${balancer.address().port}/mcp`, stop };
}

async function freePort() {
  const listener = createListener();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

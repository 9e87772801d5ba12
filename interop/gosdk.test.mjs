// The official Go client. Its tests are a Go module of their own, gosdk/, so that the product does not depend on a second SDK.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { binary, environment, root } from './lib/program.mjs';

test('go test in gosdk/ passes', async (t) => {
  const child = spawn('go', ['test', '-count=1', '-timeout=100s', './...'], {
    cwd: join(root, 'interop', 'gosdk'),
    env: { ...environment(), FEATUREBASE_MCP_BIN: binary() },
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: t.signal,
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.equal(code, 0, stdout);
});

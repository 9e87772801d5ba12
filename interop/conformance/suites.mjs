// The conformance suites of the protocol: whole against the build with their fixtures, and what needs no fixtures against the program as
// it is shipped. No failure is expected, so no list of such is given to them. ROUNDS repeats each.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { environment, sandboxed, startHTTP } from '../lib/program.mjs';
import { hasStore, startReplicas } from '../lib/replicas.mjs';

const rounds = Number(process.env.ROUNDS ?? 1);
const timeout = 120_000; // milliseconds for what takes ten seconds

// passed is how many checks each pinned suite makes; fewer would mean that it looked at less.
const suites = [
  { release: 'conformance', args: ['--requirements', '2025-11-25'], passed: 80 },
  { release: 'conformance', args: ['--requirements', '2026-07-28'], passed: 164 },
  { release: 'conformance-0.1', args: ['--suite', 'all'], passed: 43 },
];

const folder = mkdtempSync(join(tmpdir(), 'featurebase-mcp-conformance-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs a suite against a server and resolves with its exit code, what it printed, and the folder of its results. */
function run(url, { release, args }) {
  const results = mkdtempSync(join(folder, 'results-'));
  const program = join(import.meta.dirname, 'node_modules', release, 'dist', 'index.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'server', '--url', url, ...args, '-o', results], { env: environment(), timeout, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => resolve({ code: error?.code ?? error?.signal ?? 0, output: stdout + stderr, results }));
  });
}

describe('the build with fixtures', () => {
  let server;
  before(async () => {
    server = await startHTTP({ ...sandboxed, program: process.env.FEATUREBASE_MCP_CONFORMANCE_BIN });
  });
  after(async () => assert.equal(await server?.stop(), 0));

  for (const suite of suites) {
    for (let round = 1; round <= rounds; round++) {
      test(`${suite.release} ${suite.args.join(' ')}, round ${round} of ${rounds}`, { timeout }, async (t) => {
        const { code, output } = await run(server.url, suite);
        assert.equal(code, 0, output);
        const [total, passed] = output.match(/^Total: (\d+) passed.*$/m) ?? assert.fail(output);
        assert.ok(Number(passed) >= suite.passed, `${total}, of ${suite.passed} that have to pass`);
        t.diagnostic(total);
      });
    }
  }
});

// What a server is asked that has no fixtures, by the capabilities that it takes.
const generic = {
  '2025-11-25': [
    { scenarios: ['server-initialize', 'ping', 'tools-list', 'server-sse-multiple-streams', 'dns-rebinding-protection', 'server-session-lifecycle'] },
    { needs: ['prompts'], scenarios: ['prompts-list'] },
    { needs: ['resources'], scenarios: ['resources-list'] },
  ],
  '2026-07-28': [
    {
      scenarios: ['server-stateless', 'tools-list', 'server-sse-multiple-streams', 'sep-2164-resource-not-found', 'dns-rebinding-protection',
        'http-header-validation', 'input-required-result-unsupported-methods', 'input-required-result-validate-input'],
    },
    { needs: ['prompts'], scenarios: ['prompts-list'] },
    { needs: ['resources'], scenarios: ['resources-list'] },
    { needs: ['prompts', 'resources'], scenarios: ['caching'] },
  ],
};

for (const [name, start, skip] of [['the program as it is shipped', startHTTP], ['three replicas of it behind a balancer', startReplicas, !hasStore && 'there is no redis-server']]) describe(name, { skip }, () => {
  let server, capabilities;
  before(async () => {
    server = await start(sandboxed);
    capabilities = await declared(server.url);
  });
  after(async () => assert.equal(await server?.stop(), 0));

  for (const [revision, groups] of Object.entries(generic)) {
    test(revision, { timeout }, async (t) => {
      const { output, results } = await run(server.url, { release: 'conformance', args: ['--requirements', revision] });
      const checks = checksByScenario(results);
      const asked = groups.filter(({ needs = [] }) => needs.every((name) => name in capabilities)).flatMap(({ scenarios }) => scenarios);
      for (const scenario of asked) {
        const made = checks.get(scenario) ?? assert.fail(`${scenario} was not run: ${output}`);
        // A check that says so itself could not look, for want of a fixture.
        const failed = made.filter(({ status, details }) => status === 'FAILURE' && !details?.untestable);
        assert.deepEqual(failed, [], scenario);
        assert.ok(made.some(({ status }) => status === 'SUCCESS'), `${scenario} proved nothing`);
      }
      t.diagnostic(asked.join(' '));
    });
  }
});

/** The capabilities of a server, as it declares them in a handshake. */
async function declared(url) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'conformance', version: '1' } };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  return (await response.json()).result.capabilities;
}

/** What each scenario found. A scenario has a folder with its name between "server-" and the time. */
function checksByScenario(results) {
  return new Map(readdirSync(results).map((name) => [
    name.match(/^server-(.+?)-\d{4}-\d\d-\d\dT/)[1],
    JSON.parse(readFileSync(join(results, name, 'checks.json'), 'utf8')),
  ]));
}

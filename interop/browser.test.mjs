// A real browser: which pages may call the program, and what they can read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { sandboxed, startHTTP } from './lib/program.mjs';

const token = 'a-token-of-the-browser-test';
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What a page does: a session from its beginning to its end, with credentials, and what it could read of it. */
async function session({ url, token }) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'X-Featurebase-Read-Only': 'true' };
  const post = (message, more) => fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  try {
    const refused = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    const opened = await post({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' } } });
    const id = opened.headers.get('Mcp-Session-Id');
    const listed = await post({ id: 2, method: 'tools/list' }, { 'Mcp-Session-Id': id });
    const ended = await fetch(url, { method: 'DELETE', headers: { ...headers, 'Mcp-Session-Id': id } });
    return { refused: refused.status, challenge: refused.headers.get('WWW-Authenticate'), id, tools: (await listed.json()).result.tools.length, ended: ended.status };
  } catch (error) {
    return { error: String(error) };
  }
}

describe('Chromium', () => {
  let browser, pages, server, folder;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'browser-'));
    writeFileSync(join(folder, 'tokens'), `${token}\n`);
    pages = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>page</title>'));
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const allowed = `http://app.localhost:${pages.address().port}`;
    server = await startHTTP({ ...sandboxed, flags: [...sandboxed.flags, '--auth=token', `--auth-tokens=${join(folder, 'tokens')}`, `--allowed-origins=${allowed}`] });
    browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    pages?.closeAllConnections();
    pages?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page of an origin by the name of its host, which leads to loopback whatever it is. */
  const open = async (host) => {
    const page = await browser.newPage();
    await page.goto(`http://${host}:${pages.address().port}/`);
    return page;
  };

  for (const host of ['localhost', '127.0.0.1', 'app.localhost']) {
    test(`a page of ${host} opens a session, reads its id and ends it`, async () => {
      const page = await open(host);
      const got = await page.evaluate(session, { url: server.url, token });
      assert.equal(got.error, undefined);
      assert.equal(got.refused, 401);
      assert.match(got.challenge, /^Bearer/);
      assert.ok(got.id);
      assert.ok(got.tools > 0);
      assert.equal(got.ended, 200);
    });
  }

  test('a page of another origin reads nothing', async () => {
    const page = await open('evil.localhost');
    assert.match((await page.evaluate(session, { url: server.url, token })).error, /Failed to fetch/);
  });

  test('an address that a page includes opens nothing', async () => {
    const page = await open('evil.localhost');
    const refused = page.waitForResponse((response) => response.url() === server.sse);
    await page.evaluate((url) => fetch(url, { mode: 'no-cors' }).catch(() => {}), server.sse);
    assert.equal((await refused).status(), 403);
  });
});

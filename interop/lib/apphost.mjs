// A host with MCP Apps: the official AppBridge in a page of Chromium, and the official client as its connection to the program.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import puppeteer from 'puppeteer-core';
import { binary, environment } from './program.mjs';

const modules = join(import.meta.dirname, '..', 'node_modules');
const pages = join(import.meta.dirname, '..', 'apps');
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const axe = readFileSync(join(modules, 'axe-core', 'axe.min.js'), 'utf8');

/** What the modules of the bridge import, as files for a browser. */
const imports = {
  '@modelcontextprotocol/ext-apps/app-bridge': '@modelcontextprotocol/ext-apps/dist/src/app-bridge.js',
  '@modelcontextprotocol/client': '@modelcontextprotocol/client/dist/index.mjs',
  '@modelcontextprotocol/client/_shims': '@modelcontextprotocol/client/dist/shimsBrowser.mjs',
  '@modelcontextprotocol/core': '@modelcontextprotocol/core/dist/index.mjs',
  '@modelcontextprotocol/core/internal': '@modelcontextprotocol/core/dist/internal.mjs',
  'zod/v4': 'zod/v4/index.js',
  eventsource: 'eventsource/dist/index.js',
  'eventsource-parser': 'eventsource-parser/dist/index.js',
  'eventsource-parser/stream': 'eventsource-parser/dist/stream.js',
  'pkce-challenge': 'pkce-challenge/dist/index.browser.js',
};

/** The extension that a host with panels declares. */
export const extension = 'io.modelcontextprotocol/ui';
export const mime = 'text/html;profile=mcp-app';

/** Connects the official client to the program; with panels, it declares them. */
export async function connect({ flags, variables = {}, panels = true }) {
  const client = new Client({ name: 'reference-host', version: '1' }, { capabilities: panels ? { extensions: { [extension]: { mimeTypes: [mime] } } } : {} });
  await client.connect(new StdioClientTransport({ command: binary(), args: flags, env: { ...environment(), ...variables } }));
  return client;
}

/** Colours of a host, as far as a panel has to take them over. */
const colours = {
  light: { '--color-background-primary': '#ffffff', '--color-text-primary': '#1a1a19' },
  dark: { '--color-background-primary': '#262624', '--color-text-primary': '#faf9f5' },
};

export const themes = Object.keys(colours);

/** Opens a browser with the page of the host. */
export async function openHost() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://host').pathname);
    const file = path.startsWith('/node_modules/') ? join(modules, path.slice('/node_modules/'.length)) : join(pages, path === '/' ? 'host.html' : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    let text = readFileSync(file, 'utf8');
    if (path === '/') text = text.replace('IMPORTS', JSON.stringify({ imports: Object.fromEntries(Object.entries(imports).map(([name, at]) => [name, `/node_modules/${at}`])) }));
    response.setHeader('Content-Type', path === '/' ? 'text/html' : 'text/javascript').end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await puppeteer.launch({ executablePath: chromium, protocolTimeout: 60_000, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'] });
  const address = `http://127.0.0.1:${server.address().port}/`;
  const stop = async () => {
    await Promise.race([browser.close(), once(browser.process(), 'exit')]); // one that has crashed closes nothing
    server.closeAllConnections();
    server.close();
  };
  return { stop, open: (client) => open(browser, address, client) };
}

// open makes a page of the host for a client, and keeps what goes wrong or out in it.
async function open(browser, address, client) {
  const page = await browser.newPage();
  await page.setViewport({ width: 720, height: 520 });
  const calls = [], links = [], contexts = [], wrong = [];
  let loaded = false;
  page.on('console', (message) => { if (['error', 'warn'].includes(message.type())) wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('popup', () => wrong.push('popup'));
  page.on('request', (request) => { if (loaded && request.url() !== 'about:srcdoc') wrong.push(`request: ${request.url()}`); });
  await page.exposeFunction('did', async (what, params) => {
    if (what === 'link') links.push(params.url);
    if (what === 'context') contexts.push(params.content.map((part) => part.text).join('\n'));
    if (what !== 'call') return {};
    calls.push(params);
    return client.callTool(params);
  });
  await page.goto(address);
  await page.waitForFunction('window.ready');
  loaded = true;

  /** Shows the panel of a tool with a result, as a host does: the page that the tool names, read from the program. */
  const show = async ({ tool, args = {}, result, theme = 'light', capabilities = { serverTools: {}, openLinks: {}, updateModelContext: { text: {} } }, width = 720 }) => {
    await page.setViewport({ width, height: 520 });
    const { tools } = await client.listTools();
    const uri = tools.find(({ name }) => name === tool)._meta.ui.resourceUri;
    const { contents: [{ text: html, mimeType, _meta }] } = await client.readResource({ uri });
    assert.equal(mimeType, mime);
    assert.deepEqual(_meta.ui.csp.connectDomains, []);
    const context = { theme, styles: { variables: colours[theme] }, locale: 'en', containerDimensions: { maxHeight: 500, maxWidth: width }, platform: 'desktop' };
    await page.evaluate((given) => window.show(given), { html, args, result, context, capabilities });
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await frame.waitForFunction(() => !document.getElementById('app').hasAttribute('aria-busy'));
    return new Panel(page, frame);
  };
  return { page, show, calls, links, contexts, wrong, close: () => page.close() };
}

/** A panel as its user has it. */
class Panel {
  constructor(page, frame) {
    Object.assign(this, { page, frame });
  }

  text() { return this.frame.evaluate(() => document.body.innerText); }

  /** Waits until the panel says something. */
  async says(pattern) {
    await this.frame.waitForFunction((source) => new RegExp(source).test(document.body.innerText), { timeout: 10_000 }, pattern.source).catch(async () => {
      assert.match(await this.text(), pattern);
    });
  }

  /** Finds what a screen reader calls so, and clicks it. */
  async click(name, role = 'button') {
    const found = await this.frame.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, { timeout: 10_000 });
    await found.click();
  }

  async choose(label, value) {
    const found = await this.frame.waitForSelector(`::-p-aria([name="${label}"][role="combobox"])`, { timeout: 10_000 });
    await found.select(await found.evaluate((node, wanted) => [...node.options].find(({ text }) => text === wanted).value, value));
  }

  /** No violation that axe-core knows, targets of at least 44 pixels, nothing wider or taller than the panel, and nothing that scrolls. */
  async isSound() {
    await this.frame.evaluate(axe);
    const violations = await this.frame.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => html.slice(0, 200) + (any[0]?.message ?? '')).join(' | ')}`));
    assert.deepEqual(violations, []);
    const odd = await this.frame.evaluate(() => {
      const wrong = [], root = document.documentElement, body = document.body.getBoundingClientRect();
      if (root.scrollWidth > innerWidth) wrong.push(`wider than the panel: ${root.scrollWidth}`);
      if (document.body.scrollHeight > Math.ceil(body.height)) wrong.push(`cut: ${document.body.scrollHeight} of ${body.height}`);
      if (body.height > 500) wrong.push(`higher than 500: ${body.height}`);
      for (const node of document.querySelectorAll('body *')) {
        const box = node.getBoundingClientRect(), style = getComputedStyle(node);
        if (/auto|scroll/.test(style.overflowY) && node.scrollHeight > node.clientHeight && node.tagName !== 'TEXTAREA') wrong.push(`scrolls: ${node.className}`);
        let around = node.parentElement; // what an ancestor cuts off is not out of the panel
        while (around && around !== document.body && getComputedStyle(around).overflowX !== 'hidden') around = around.parentElement;
        const cut = around && around !== document.body && around.getBoundingClientRect().right <= innerWidth + 1;
        if (box.width && (box.right > innerWidth + 1 || box.left < -1) && !cut && !node.closest('.away')) wrong.push(`out of the panel: ${node.outerHTML.slice(0, 80)}`);
        const target = node.matches('button, select, textarea, .target, label.tick');
        if (target && (box.height < 43.5 || box.width < 43.5)) wrong.push(`target ${Math.round(box.width)}x${Math.round(box.height)}: ${node.outerHTML.slice(0, 80)}`);
      }
      return wrong;
    });
    assert.deepEqual(odd, [], await this.frame.evaluate(() => document.title));
  }

  /** Keeps a picture of the panel, if PANEL_PICTURES names a folder for them. */
  async picture(name) {
    const folder = process.env.PANEL_PICTURES;
    if (folder) await (await this.page.$('iframe')).screenshot({ path: join(folder, `${name}.png`) });
  }
}

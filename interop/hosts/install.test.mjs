// install writes the entry, the host's own command lists it and connects, and install --remove leaves the file as it was, byte for byte.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { binary, environment, startSandbox } from '../lib/program.mjs';
import { copyOf, newHome, run } from './lib.mjs';

let api;
before(async () => { api = await startSandbox(); });
after(async () => assert.equal(await api.stop(), 0));

// install runs our command in a home, with a key, and returns what it prints.
const install = (home, ...args) =>
  execFileSync(binary(), ['install', '--yes', ...args], { encoding: 'utf8', env: { ...environment(), HOME: home, XDG_CONFIG_HOME: '', CODEX_HOME: '', CLAUDE_CONFIG_DIR: '', FEATUREBASE_API_KEY: 'sk_any' } });

const hosts = {
  'claude-code': {
    file: '.claude.json',
    before: '{\n  "hasCompletedOnboarding": true,\n  "mcpServers": {\n    "other": { "type": "stdio", "command": "true", "args": [] }\n  },\n  "theme": "dark"\n}\n',
    list: ['mcp', 'list'], shows: /^featurebase: .* --api-url=.* - ✔ Connected/m, other: /^other: true/m,
    without: (text) => !('featurebase' in (JSON.parse(text).mcpServers ?? {})) && 'other' in JSON.parse(text).mcpServers,
  },
  codex: {
    file: '.codex/config.toml',
    before: '# mine\nmodel = "gpt-5.5-codex" # the usual one\n\n[mcp_servers.other]\ncommand = "true" # nothing\nargs = []\n\n[tui]\nnotifications = true',
    list: ['mcp', 'list'], shows: /^featurebase +\S+ +--api-url=.*FEATUREBASE_API_KEY_FILE=\*{5}.* enabled/m, other: /^other +true/m,
    without: (text) => !text.includes('featurebase') && text.includes('# the usual one'),
  },
  gemini: {
    file: '.gemini/settings.json',
    before: '{\n\t// mine\n\t"security": { "auth": { "selectedType": "gemini-api-key" } },\n\t"mcpServers": {\n\t\t"other": { "command": "true" } // nothing\n\t}\n}\n',
    list: ['mcp', 'list'], variables: { GEMINI_CLI_TRUST_WORKSPACE: 'true' }, shows: /✓ featurebase: .* --api-url=.* \(stdio\) - Connected/, other: /other: true/,
    without: (text) => !text.includes('featurebase') && text.includes('// mine'),
  },
  opencode: {
    file: '.config/opencode/opencode.json',
    before: '{\n  "$schema": "https://opencode.ai/config.json",\n  // mine\n  "autoupdate": false,\n  "mcp": {\n    "other": { "type": "local", "command": ["true"], "enabled": false },\n  },\n}\n',
    list: ['mcp', 'list'], shows: /✓ featurebase\s+connected/, other: /other/,
    without: (text) => !text.includes('featurebase') && text.includes('// mine'),
  },
};

for (const [host, { file, before: text, list, variables, shows, other, without }] of Object.entries(hosts)) {
  test(`${host} lists the server that was installed, and its file comes back byte for byte`, async (t) => {
    const home = newHome(t, { [file]: text });
    const content = (of = home) => readFileSync(join(of, file), 'utf8');

    assert.match(install(home, host, '--api-url', api.url), /The key works\./);
    assert.notEqual(content(), text);
    assert.doesNotMatch(content(), /sk_any/);
    const used = copyOf(t, home); // the host may write its file, which then is no longer the one that comes back
    const { stdout, stderr } = await run(host, used, list, variables);
    const listed = stripVTControlCharacters(stdout + stderr);
    assert.match(listed, shows);
    assert.match(listed, other);

    install(home, '--remove');
    assert.equal(content(), text);
    assert.ok(!existsSync(join(home, '.config/featurebase-mcp/api-key')));
    install(used, '--remove', host);
    assert.ok(without(content(used)), content(used));
  });
}

// The program for Windows, run by Wine: what is different there does not break it. Without Wine this is skipped, loudly.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { attempt, converse, dist, environment, here, packaging, run, scratch } from './lib/program.mjs';

const present = (command) => spawnSync(command, ['--version']).status === 0;
const missing = here !== 'amd64' ? 'a processor other than x86-64' : ['wine', compiler()].filter((command) => !present(command)).join(', ');
if (missing) process.stderr.write(`\n*** THE PROGRAM FOR WINDOWS WAS NOT RUN, because this is missing: ${missing} (Debian: wine, wine64, gcc-mingw-w64-x86-64-win32)\n\n`);

function compiler() {
  return 'x86_64-w64-mingw32-gcc';
}

describe('on Windows', { skip: missing ? `missing: ${missing}` : false }, () => {
  const folder = scratch({ after });
  const prefix = join(folder, 'prefix');
  const env = { WINEPREFIX: prefix, WINEDEBUG: '-all', DISPLAY: '' };
  const exe = join(folder, 'featurebase-mcp.exe');
  const { version } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));
  let appData; // with a blank, as the names of users have
  const windows = (name) => `C:\\users\\Ann Lee\\AppData\\Roaming\\${name}`;

  before(() => {
    copyFileSync(join(dist, readdirSync(dist).find((name) => name.includes('_windows_amd64_')), 'featurebase-mcp.exe'), exe);
    run('wineboot', ['--init'], { env: { ...environment(), ...env } });
    // Every Windows has this library; the Wine of Debian 12 has not, and Go takes one function from it.
    run(compiler(), ['-shared', '-o', join(prefix, 'drive_c/windows/system32/bcryptprimitives.dll'), join(packaging, 'check/lib/bcryptprimitives.c'), '-ladvapi32']);
    appData = join(prefix, 'drive_c/users/Ann Lee/AppData/Roaming');
    mkdirSync(appData, { recursive: true });
  });
  after(() => spawnSync('wineserver', ['--kill', '--wait'], { env: { ...environment(), ...env } }));

  // ask runs the program; its variables come on top.
  const ask = (args, { variables, input } = {}) => attempt('wine', [exe, ...args], { env: { ...environment(), ...env, ...variables }, input });

  it('names its version and answers from the sandbox', async () => {
    assert.match((await ask(['version'])).text, new RegExp(`^featurebase-mcp ${version} \\(.*windows/amd64\\)\r?\n`));
    assert.match((await ask(['call', '--sandbox', 'list_boards'])).text, /Feature requests/);
  });

  it('speaks with a real client', async () => {
    assert.ok((await converse({ command: 'wine', args: [exe, '--sandbox'], env })).includes('triage_queue'));
  });

  it('reads lines as Windows ends them, behind a mark of the byte order', async () => {
    const lines = [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'check', version: '1' } } },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'list_boards', arguments: {} } },
    ];
    const { status, text: answers } = await ask(['--sandbox', '--log-level=error'], { input: `\ufeff${lines.map((line) => `${JSON.stringify(line)}\r\n`).join('')}` });
    assert.equal(status, 0);
    assert.match(answers, /Feature requests/);
  });

  it('takes a restriction in lower case, since variables are the same there', async () => {
    assert.doesNotMatch((await ask(['tools', '--toolsets=all'], { variables: { featurebase_read_only: 'true' } })).text, /\bcreate_post\b/);
    assert.match((await ask(['tools', '--toolsets=all'])).text, /\bcreate_post\b/);
  });

  it('reads the key from a file of an editor, in a folder with a blank', async () => {
    writeFileSync(join(appData, 'my key.txt'), '\ufeffsk_release_check\r\n');
    const { text: told } = await ask(['doctor', '--api-key-file', windows('my key.txt'), '--api-url', 'http://127.0.0.1:9', '--retries=0']);
    assert.match(told, /^ok +key +from C:\\users\\Ann Lee\\AppData\\Roaming\\my key\.txt\r?$/m);
  });

  it('shares a state file between processes', async () => {
    const state = ['--sandbox', '--sandbox-state', windows('state.json')];
    const titles = Array.from({ length: 6 }, (_, nth) => `from process ${nth}`);
    const made = await Promise.all(titles.map((title) => ask(['call', ...state, 'create_post', 'boardId=Bugs', `title=${title}`])));
    for (const { status, text: answer } of made) assert.equal(status, 0, answer);
    const { text: found } = await ask(['call', ...state, 'search_posts', 'search=from process']);
    for (const title of titles) assert.ok(found.includes(title), `${title} is lost`);
    assert.deepEqual(readdirSync(appData).filter((name) => name.startsWith('state')).sort(), ['state.json', 'state.json.lock']);
  });

  it('appends to its logs', async () => {
    for (const _ of [1, 2]) await ask(['call', '--sandbox', '--audit-log', windows('audit.jsonl'), 'create_post', 'boardId=Bugs', 'title=noted']);
    assert.equal(readFileSync(join(appData, 'audit.jsonl'), 'utf8').trim().split('\n').length, 4);
  });

  it('writes into the configuration of a host, and takes it out again', async () => {
    const folder = run('winepath', ['--unix', run('wine', ['cmd', '/c', 'echo %APPDATA%'], { env: { ...environment(), ...env } }).trim()], { env: { ...environment(), ...env } }).trim();
    mkdirSync(join(folder, 'Claude'), { recursive: true });
    const file = join(folder, 'Claude/claude_desktop_config.json');
    const before = '\ufeff{\r\n\t"mcpServers": {\r\n\t\t"other": { "command": "C:\\\\other.exe" }\r\n\t}\r\n}\r\n';
    writeFileSync(file, before);
    const installed = await ask(['install', '--yes', '--sandbox', 'claude-desktop']);
    assert.equal(installed.status, 0, installed.text);
    const { mcpServers } = JSON.parse(readFileSync(file, 'utf8').replace('\ufeff', ''));
    assert.deepEqual([Object.keys(mcpServers), mcpServers.featurebase.args], [['other', 'featurebase'], ['--sandbox']]);
    assert.match(mcpServers.featurebase.command, /^[A-Z]:\\.*featurebase-mcp\.exe$/);
    const removed = await ask(['install', '--yes', '--remove', 'claude-desktop']);
    assert.equal(removed.status, 0, removed.text);
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  it('says in words what is wrong with a file or a port', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    for (const [args, words] of [
      [['http', '--sandbox', '--addr', `127.0.0.1:${taken.address().port}`], /is in use, perhaps by another featurebase-mcp/],
      [['call', '--sandbox', '--sandbox-state', 'C:\\nowhere\\state.json', 'list_boards'], /the folder C:\\nowhere does not exist: make the folder first/],
      [['call', '--sandbox', '--sandbox-state', 'C:\\windows', 'list_boards'], /is a folder: name a file in it/],
      [['call', '--sandbox', '--log-file', 'C:\\windows', 'list_boards'], /it is a folder, and a file is needed/],
    ]) assert.match((await ask(args)).text, words);
    taken.close();
  });
});

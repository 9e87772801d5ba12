// The extension of Gemini CLI: the archive of a release, installed by Gemini CLI, connected, and given the key that was set in it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { dist, program, root, run, scratch } from './lib/program.mjs';

const gemini = join(root, 'interop/hosts/node_modules/.bin/gemini');
const { version } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));

describe('extension of Gemini CLI', () => {
  const home = scratch({ after });
  const unpacked = join(home, 'unpacked');
  const installed = join(home, '.gemini/extensions/featurebase-mcp');

  before(() => {
    for (const path of [unpacked, join(home, '.gemini')]) mkdirSync(path);
    run('tar', ['-xzf', join(dist, `linux.${process.arch}.featurebase-mcp.tar.gz`), '-C', unpacked]);
    writeFileSync(join(home, '.gemini/trustedFolders.json'), JSON.stringify({ [home]: 'TRUST_FOLDER' }));
  });

  // ask runs Gemini CLI with a home of its own; what is typed answers its question.
  async function ask(args, typed) {
    const child = spawn(gemini, args, { cwd: home, env: { PATH: process.env.PATH, HOME: home, GEMINI_FORCE_FILE_STORAGE: 'true' }, timeout: 120_000, killSignal: 'SIGKILL' });
    let asked = false;
    child.stdout.on('data', (part) => {
      if (typed && !asked && /Featurebase API key/.test(part)) {
        asked = true;
        child.stdin.write(`${typed}\n`);
      }
    });
    const printed = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await once(child, 'exit');
    const whole = (await printed).join('');
    assert.equal(code, 0, whole);
    return whole;
  }

  it('has an archive for each platform, by the names that it looks for', () => {
    const found = readdirSync(dist).filter((name) => /^(darwin|linux|win32)\./.test(name));
    assert.deepEqual(found, ['darwin.featurebase-mcp.tar.gz', 'linux.arm64.featurebase-mcp.tar.gz', 'linux.x64.featurebase-mcp.tar.gz', 'win32.arm64.featurebase-mcp.zip', 'win32.x64.featurebase-mcp.zip']);
    for (const name of found) {
      const listed = run('bsdtar', ['-tf', join(dist, name)]).trim().split('\n').sort();
      assert.deepEqual(listed, ['GEMINI.md', 'LICENSE', 'THIRD_PARTY_NOTICES', `featurebase-mcp${name.startsWith('win32') ? '.exe' : ''}`, 'gemini-extension.json'].sort(), name);
    }
  });

  it('has the version of the release', () => assert.equal(JSON.parse(readFileSync(join(unpacked, 'gemini-extension.json'), 'utf8')).version, version));

  it('is valid and is installed', async () => {
    assert.match(await ask(['extensions', 'validate', unpacked]), /successfully validated/);
    assert.match(await ask(['extensions', 'install', unpacked, '--consent', '--skip-settings']), /installed successfully/);
    assert.match(await ask(['mcp', 'list']), /✓ featurebase \(from featurebase-mcp\).* - Connected/);
  });

  it('hands the key to the program', async () => {
    assert.match(await ask(['extensions', 'config', 'featurebase-mcp', 'FEATUREBASE_API_KEY'], 'sk_release_check'), /updated/);
    // In place of the program, what notes its variables before it starts the program.
    const [real, starter, noted] = ['real', 'featurebase-mcp', 'noted'].map((name) => join(installed, name));
    renameSync(starter, real);
    writeFileSync(starter, `#!/bin/sh\nenv >'${noted}'\nexec '${real}' "$@"\n`);
    chmodSync(starter, 0o755);
    assert.match(await ask(['mcp', 'list']), / - Connected/);
    assert.match(readFileSync(noted, 'utf8'), /^FEATUREBASE_API_KEY=sk_release_check$/m);
  });

  it('names tools that there are', () => {
    const tools = JSON.parse(run(program(), ['tools', '--json'])).tools.map(({ name }) => name);
    const named = [...readFileSync(join(unpacked, 'GEMINI.md'), 'utf8').matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name]) => name);
    assert.ok(named.length > 5);
    assert.deepEqual(named.filter((name) => !tools.includes(name)), []);
  });
});

// The bundle of Claude Desktop, unpacked and started as its manifest says.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getMcpConfigForManifest, unpackExtension, validateManifest } from '@anthropic-ai/mcpb';
import { attempt, bundles, converse, environment, scratch, works } from './lib/program.mjs';

describe('bundle of Claude Desktop', () => {
  const folder = join(scratch({ after }), 'Claude Extensions'); // paths on a laptop have blanks
  let manifest;
  before(async () => {
    assert.ok(await unpackExtension({ mcpbPath: join(bundles, 'featurebase-mcp.mcpb'), outputDir: folder, silent: true }));
    manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  });

  // started is how a host would start the program on a system, with what a user has filled in.
  const started = async (userConfig, platform = process.platform) => {
    const real = Object.getOwnPropertyDescriptor(process, 'platform');
    Object.defineProperty(process, 'platform', { value: platform });
    try {
      return await getMcpConfigForManifest({ manifest, extensionPath: folder, systemDirs: {}, userConfig, pathSeparator: platform === 'win32' ? '\\' : '/' });
    } finally {
      Object.defineProperty(process, 'platform', real);
    }
  };

  // ask runs a command of the program as it would be started.
  const ask = ({ command, env }, ...args) => attempt(command, args, { env: { ...environment(), ...env } });

  it('is valid, and by the newest form of manifests', () => {
    assert.ok(validateManifest(folder));
    assert.equal(manifest.manifest_version, '0.4');
    const icon = readFileSync(join(folder, manifest.icon));
    assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [512, 512]);
  });

  it('has a program for each system that it names, and the licences', async () => {
    for (const platform of manifest.compatibility.platforms) {
      const { command } = await started({}, platform);
      assert.equal(statSync(command).mode & 0o111, 0o111, `${command} cannot be started`);
    }
    for (const text of ['LICENSE', 'THIRD_PARTY_NOTICES']) assert.ok(statSync(join(folder, text)).size > 1000, text);
  });

  it('hides the key and asks for nothing else', () => {
    assert.deepEqual(Object.entries(manifest.user_config).filter(([, { sensitive }]) => sensitive).map(([name]) => name), ['api_key']);
    assert.deepEqual(Object.entries(manifest.user_config).filter(([, { required }]) => required), []);
  });

  it('runs on the sandbox, with the tools that the manifest lists', async () => {
    const config = await started({ sandbox: true });
    const shown = (await converse(config)).filter((name) => name !== 'confirm_call'); // the buttons of panels call it; people have no use for it
    assert.deepEqual(shown.sort(), manifest.tools.map(({ name }) => name).sort());
    works(config.command, manifest.version);
  });

  it('does what is set', async () => {
    const reads = await converse(await started({ sandbox: true, read_only: true, toolsets: 'all' }));
    assert.ok(reads.length > 60 && !reads.some((name) => /^(create|update|delete)_/.test(name)), reads.join(', '));
    assert.ok((await converse(await started({ sandbox: true, toolsets: 'all', confirm: 'never' }))).includes('delete_post'));
    const { status, text } = await ask(await started({ sandbox: true, confirm: 'sometimes' }), 'tools');
    assert.equal(status, 2);
    assert.match(text, /FEATUREBASE_CONFIRM/);
  });

  it('starts where nothing is filled in, and says that the key is missing', async () => {
    assert.match((await ask(await started({}), 'call', 'list_boards')).text, /no API key: set FEATUREBASE_API_KEY/);
  });

  it('hands the key to the program', async () => {
    const { text } = await ask(await started({ api_key: 'sk_release_check' }), 'doctor', '--api-url', 'http://127.0.0.1:9', '--retries', '0');
    assert.match(text, /ok +key +from FEATUREBASE_API_KEY/);
    assert.doesNotMatch(text, /sk_release_check/);
  });
});

// The npm packages, installed from a registry on loopback and started with npx, as hosts do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { attempt, bundles, converse, dist, environment, run, scratch } from './lib/program.mjs';
import { serve } from './lib/registry.mjs';

const tarballs = join(bundles, 'npm');
const manifest = (file) => JSON.parse(run('tar', ['-xzOf', join(tarballs, file), 'package/package.json']));

describe('npm packages', () => {
  const folder = scratch({ after });
  const { version } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));
  const main = `featurebase-mcp-${version}.tgz`;
  const { optionalDependencies } = manifest(main);
  const ours = Object.keys(optionalDependencies).find((name) => name.endsWith(`-${process.platform}-${process.arch}`));
  let registry, env;

  before(async () => {
    registry = await serve(tarballs);
    // Nothing of the developer's npm: no cache, no settings. npx finds the packages at the address alone.
    env = { PATH: process.env.PATH, HOME: folder, npm_config_registry: registry.address, npm_config_cache: join(folder, 'cache'), npm_config_update_notifier: 'false',
      npm_config_replace_registry_host: 'always' };
  });
  after(() => registry.stop());

  const project = (name) => {
    const path = join(folder, name);
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), '{"private":true}');
    writeFileSync(join(path, '.npmrc'), 'omit-lockfile-registry-resolved=true\n');
    return path;
  };

  // npm is asked, and has to succeed.
  const asked = async (command, args, options) => {
    const { status, text } = await attempt(command, args, options);
    assert.equal(status, 0, text);
    return text;
  };

  it('are one for each platform and the one that starts them, without scripts', () => {
    assert.equal(readdirSync(tarballs).length, 7);
    for (const file of readdirSync(tarballs)) {
      const { name, version: released, scripts, dependencies, license, os, cpu } = manifest(file);
      assert.deepEqual([released, scripts, dependencies, license], [version, undefined, undefined, 'MIT'], name);
      if (file !== main) assert.deepEqual([optionalDependencies[name], name.endsWith(`-${os}-${cpu}`)], [version, true], name);
      const listed = run('tar', ['-tzf', join(tarballs, file)]);
      for (const text of ['LICENSE', 'THIRD_PARTY_NOTICES', 'package.json']) assert.ok(listed.includes(`package/${text}\n`), `${name} lacks ${text}`);
    }
  });

  it('start with npx, and a real client speaks with the program', async () => {
    const cwd = project('by hand');
    assert.match(await asked('npx', ['-y', `featurebase-mcp@${version}`, 'version'], { env, cwd }), new RegExp(`^featurebase-mcp ${version} `));
    assert.ok((await converse({ command: 'npx', args: ['-y', 'featurebase-mcp', '--sandbox'], env, cwd })).includes('triage_queue'));
    const fetched = registry.asked.filter((path) => path.endsWith('.tgz'));
    assert.equal(fetched.length, 2, `only the program of this platform is fetched, once: ${fetched.join(', ')}`);
  });

  it('run without the registry once they are installed', async () => {
    const cwd = project('installed');
    await asked('npm', ['install', 'featurebase-mcp'], { env, cwd });
    const before = registry.asked.length;
    const offline = { ...env, npm_config_offline: 'true', npm_config_cache: join(folder, 'empty') };
    await converse({ command: 'npx', args: ['featurebase-mcp', '--sandbox'], env: offline, cwd });
    assert.equal(registry.asked.length, before);
    const lock = readFileSync(join(cwd, 'package-lock.json'), 'utf8');
    assert.ok(lock.includes(`node_modules/${ours}`) && !lock.includes('127.0.0.1'), 'the lock file names the registry, or not the program');
    rmSync(join(cwd, 'node_modules', ours), { recursive: true });
    const { status, text } = await attempt('npx', ['featurebase-mcp', 'version'], { env: offline, cwd });
    assert.equal(status, 1);
    assert.match(text, new RegExp(`the package ${ours} is not installed: .*--omit=optional`));
  });

  it('pass on exit codes and signals', async () => {
    const cwd = join(folder, 'by hand');
    await asked('npm', ['install', 'featurebase-mcp'], { env, cwd });
    const starter = join(cwd, 'node_modules/.bin/featurebase-mcp');
    assert.equal((await attempt(starter, ['--no-such-flag'])).status, 2);
    assert.equal((await attempt(starter, ['call', '--sandbox', 'get_post', 'postId=64b0c2f19d3e5a7788990011'])).status, 1);
    for (const signal of ['SIGTERM', 'SIGINT']) {
      const child = spawn(starter, ['http', '--sandbox', '--addr', '127.0.0.1:0'], { env: environment(), stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = once(child, 'exit');
      await once(createInterface(child.stdout), 'line');
      child.kill(signal);
      assert.deepEqual(await ended, [0, null], `${signal} ends a server in order`);
    }
  });
});

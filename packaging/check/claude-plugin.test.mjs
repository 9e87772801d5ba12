// The plugin of Claude Code: valid, installed by Claude Code from the marketplace file, and connected through the npm packages.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { attempt, bundles, dist, packaging, program, root, run, scratch } from './lib/program.mjs';
import { serve } from './lib/registry.mjs';

const scope = join(root, 'interop/node_modules/@anthropic-ai');
const claude = join(scope, readdirSync(scope).find((name) => name.startsWith('claude-code-')), 'claude');
const { version } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));

describe('plugin of Claude Code', () => {
  const folder = scratch({ after });
  const market = join(folder, 'market');
  const plugin = join(market, 'packaging/claude-plugin');
  let registry, env;

  before(async () => {
    for (const path of ['.claude-plugin', 'packaging/claude-plugin']) cpSync(join(root, path), join(market, path), { recursive: true });
    run('node', [join(packaging, 'build/stamp.mjs'), `--version=${version}`, `--tree=${market}`]);
    registry = await serve(join(bundles, 'npm'));
    const home = join(folder, 'home');
    mkdirSync(home);
    env = { PATH: process.env.PATH, HOME: home, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', npm_config_registry: registry.address, npm_config_cache: join(folder, 'cache'),
      npm_config_replace_registry_host: 'always', npm_config_update_notifier: 'false' };
  });
  after(() => registry.stop());
  // Claude Code with a home of its own. What it waits for is on this machine.
  const ask = async (...args) => {
    const { status, text } = await attempt(claude, args, { env, cwd: env.HOME });
    assert.equal(status, 0, text);
    return text;
  };

  it('is valid, and so is the marketplace', async () => {
    assert.match(await ask('plugin', 'validate', '--strict', market), /Validation passed/);
    assert.match(await ask('plugin', 'validate', '--strict', plugin), /Validation passed/);
  });

  it('is installed, asks for what it needs, and connects', async () => {
    await ask('plugin', 'marketplace', 'add', market);
    await ask('plugin', 'install', 'featurebase@featurebase-mcp', '--config', 'sandbox=true', '--config', 'api_key=sk_release_check');
    assert.match(await ask('mcp', 'list'), new RegExp(`plugin:featurebase:featurebase: npx -y featurebase-mcp@${version.replaceAll('.', '\\.')} - ✔ Connected`));
    assert.ok(registry.asked.some((path) => path.endsWith('.tgz')), 'it was not the packages of this release');
  });

  it('hides the key', () => {
    const { userConfig } = JSON.parse(readFileSync(join(plugin, '.claude-plugin/plugin.json'), 'utf8'));
    assert.deepEqual(Object.keys(userConfig).filter((name) => userConfig[name].sensitive), ['api_key']);
  });

  it('names tools that there are', () => {
    const tools = JSON.parse(run(program(), ['tools', '--toolsets=all', '--json'])).tools.map(({ name }) => name);
    const skills = readdirSync(join(plugin, 'skills'));
    assert.equal(skills.length, 5);
    for (const skill of skills) {
      const text = readFileSync(join(plugin, 'skills', skill, 'SKILL.md'), 'utf8');
      assert.match(text, new RegExp(`^---\nname: ${skill}\n`));
      const named = [...text.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name]) => name);
      assert.ok(named.length >= 4, `${skill} names ${named.length} tools`);
      assert.deepEqual(named.filter((name) => !tools.includes(name)), [], skill);
      assert.ok(text.length < 2500, `${skill} is long`);
    }
  });
});

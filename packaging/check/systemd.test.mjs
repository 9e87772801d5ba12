// The service of Linux packages: systemd takes the unit, finds it confined, and the program takes its settings.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { attempt, packaging, program, run, scratch, serves } from './lib/program.mjs';

const unit = join(packaging, 'systemd/featurebase-mcp.service');

// words are the values of a setting of the unit.
const words = (setting) => [...readFileSync(unit, 'utf8').matchAll(new RegExp(`^${setting}=(.*)$`, 'gm'))].map(([, value]) => value);

describe('systemd unit', () => {
  const folder = scratch({ after });

  it('is valid', async () => {
    const installed = join(folder, 'root');
    for (const path of ['usr/bin', 'usr/lib/systemd/system']) mkdirSync(join(installed, path), { recursive: true });
    copyFileSync(program(), join(installed, 'usr/bin/featurebase-mcp'));
    chmodSync(join(installed, 'usr/bin/featurebase-mcp'), 0o755);
    // The names of targets and of the folders of devices are systemd's own, from this machine.
    run('cp', ['-a', '/usr/lib/systemd/system/.', join(installed, 'usr/lib/systemd/system')]);
    copyFileSync(unit, join(installed, 'usr/lib/systemd/system/featurebase-mcp.service'));
    const verify = () => attempt('systemd-analyze', [`--root=${installed}`, '--man=no', 'verify', 'featurebase-mcp.service']);
    const ours = ({ status, text }) => [status, text.split('\n').filter((line) => line.includes('featurebase-mcp'))];
    assert.deepEqual(ours(await verify()), [0, []]);
    writeFileSync(join(installed, 'usr/lib/systemd/system/featurebase-mcp.service'), readFileSync(unit, 'utf8').replace('ProtectHome', 'ProtectHouse'));
    assert.notDeepEqual(ours(await verify())[1], [], 'a misspelt setting was taken');
  });

  it('is confined', async () => {
    const { status, text } = await attempt('systemd-analyze', ['security', '--offline=true', '--threshold=15', unit]);
    assert.equal(status, 0, text);
  });

  it('has settings that the program takes, and the key only as a credential', async () => {
    const credentials = join(folder, 'credentials');
    mkdirSync(credentials);
    const [[name]] = words('LoadCredential').map((word) => word.split(':'));
    writeFileSync(join(credentials, name), 'sk_release_check\n', { mode: 0o400 });
    const settings = readFileSync(join(packaging, 'systemd/featurebase-mcp.env'), 'utf8').split('\n').filter((line) => /^[A-Z]/.test(line));
    const env = Object.fromEntries([...words('Environment'), ...settings].map((word) => word.replace('%d', credentials).split('=')));
    assert.ok(!Object.keys(env).includes('FEATUREBASE_API_KEY'));
    const [, ...args] = words('ExecStart')[0].split(' ');
    await serves(args, env);
  });

  it('proposes settings that the program has', () => {
    const proposed = readFileSync(join(packaging, 'systemd/featurebase-mcp.env'), 'utf8').matchAll(/^#(FEATUREBASE_[A-Z_]+)=(.*)$/gm);
    const names = [...proposed].map(([, variable]) => `--${variable.replace('FEATUREBASE_', '').toLowerCase().replaceAll('_', '-')}`);
    const help = run(program(), ['help', 'http']);
    assert.ok(names.length > 5);
    for (const flag of names) assert.match(help, new RegExp(`${flag}\\b`));
  });
});

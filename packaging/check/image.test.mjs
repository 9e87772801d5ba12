// The image, laid out as an engine would and run as one would run it.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { blob, images } from './lib/image.mjs';
import { attempt, dist, here, root, run, scratch, works } from './lib/program.mjs';

const { version } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));

describe('image', () => {
  const folder = scratch({ after });
  const files = join(folder, 'root');
  const ours = images().find(({ platform }) => platform.architecture === here);
  const { User: user, Entrypoint: [entrypoint], Labels: labels } = ours.config.config;
  before(() => {
    mkdirSync(files);
    for (const layer of ours.layers) run('tar', ['-xzf', blob(layer), '-C', files]);
  });
  const inside = ['--userspec', user, files, entrypoint];

  it('is there for both processors', () => {
    assert.deepEqual(images().map(({ platform, config }) => [platform.os, platform.architecture, config.architecture]), ['amd64', 'arm64'].map((arch) => ['linux', arch, arch]));
  });

  it('says what it is, as the image of the Dockerfile does', () => {
    const told = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const [, wanted] = told.match(/^USER (.*)$/m);
    assert.deepEqual([user, entrypoint, labels['org.opencontainers.image.version']], [wanted, JSON.parse(told.match(/^ENTRYPOINT (.*)$/m)[1])[0], version]);
    for (const [, label] of told.matchAll(/^(?:LABEL)? *([a-z.]+)="?[^"\n]*"?(?: \\)?$/gm)) if (label.includes('.')) assert.ok(labels[label], `${label} is empty`);
    assert.equal(labels['io.modelcontextprotocol.server.name'], 'io.github.example-org/featurebase-mcp');
  });

  it('has the program, the certificates and the licences, which nobody may write', () => {
    for (const path of ['featurebase-mcp', 'etc/ssl/certs/ca-certificates.crt', 'licenses/LICENSE', 'licenses/THIRD_PARTY_NOTICES']) {
      const { mode, uid, size } = statSync(join(files, path));
      assert.deepEqual([mode & 0o222, uid, size > 1000], [0, 0, true], path);
    }
    const certificates = readFileSync(join(files, 'etc/ssl/certs/ca-certificates.crt'), 'utf8').match(/BEGIN CERTIFICATE/g);
    assert.ok(certificates.length > 100, `${certificates.length} certificates`);
  });

  it('runs without root on the sandbox', { skip: process.getuid() ? 'changing the root folder needs root' : false }, () => works('chroot', version, inside));

  it('trusts the CAs of its bundle and no others', { skip: process.getuid() ? 'changing the root folder needs root' : false }, async () => {
    const api = join(folder, 'tlsapi');
    run('go', ['build', '-o', api, './interop/tlsapi'], { cwd: root, timeout: 600_000 });
    const call = ['chroot', ...inside, 'call', 'list_boards', '--retries=0'];
    const without = await attempt(api, call);
    assert.equal(without.status, 1);
    assert.match(without.text, /certificate of the API is not trusted/);
    assert.match(run(api, ['-trust', join(files, 'etc/ssl/certs/ca-certificates.crt'), ...call]), /Feature requests/);
  });
});

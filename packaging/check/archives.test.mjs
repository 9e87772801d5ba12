// What goreleaser made: every archive and package has the program and the licences, what was made for this machine runs, and the files of package managers
// name what is really there.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parse } from 'yaml';
import { dist, here, run, scratch, works } from './lib/program.mjs';

const { version, tag } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));
const artifacts = JSON.parse(readFileSync(join(dist, 'artifacts.json'), 'utf8'));
const files = readdirSync(dist).filter((name) => statSync(join(dist, name)).isFile());
const sha256 = (name) => createHash('sha256').update(readFileSync(join(dist, name))).digest('hex');
const sums = Object.fromEntries(readFileSync(join(dist, 'checksums.txt'), 'utf8').trim().split('\n').map((line) => line.split(/\s+/).toReversed()));

// unpack lays out an archive of any kind and returns the folder.
function unpack(name, folder) {
  const target = join(folder, name);
  mkdirSync(target);
  if (name.endsWith('.deb')) run('dpkg-deb', ['--extract', join(dist, name), target]);
  else run('bsdtar', ['-xf', join(dist, name), '-C', target]);
  return target;
}

describe('archives', () => {
  const folder = scratch({ after });
  const archives = files.filter((name) => name.startsWith('featurebase-mcp_') && /\.(tar\.gz|zip)$/.test(name));

  it('are there for every platform', () => assert.deepEqual(archives, [
    `featurebase-mcp_${version}_darwin_all.tar.gz`, `featurebase-mcp_${version}_linux_amd64.tar.gz`, `featurebase-mcp_${version}_linux_arm64.tar.gz`,
    `featurebase-mcp_${version}_windows_amd64.zip`, `featurebase-mcp_${version}_windows_arm64.zip`]));

  for (const name of archives) {
    it(name, () => {
      const target = unpack(name, folder);
      for (const text of ['LICENSE', 'THIRD_PARTY_NOTICES', 'README.md']) assert.ok(statSync(join(target, text)).size > 1000, text);
      for (const text of ['featurebase-mcp.1', ...['featurebase-mcp.bash', '_featurebase-mcp', 'featurebase-mcp.fish', 'featurebase-mcp.ps1'].map((shell) => `completions/${shell}`)]) {
        assert.match(readFileSync(join(target, text), 'utf8'), /triage_queue|toolsets/, text);
      }
      const program = join(target, name.includes('_windows_') ? 'featurebase-mcp.exe' : 'featurebase-mcp');
      assert.equal(kind(program), name.match(/_(\w+?_\w+)\./)[1].replace(/^.*?_(?=darwin|linux|windows)/, ''));
      if (name.includes(`_linux_${here}.`)) works(program, version);
    });
  }

  it('have their checksums and nothing else has', () => {
    assert.deepEqual(Object.keys(sums).filter((name) => !files.includes(name)), []);
    for (const [name, sum] of Object.entries(sums)) assert.equal(sha256(name), sum, name);
    for (const name of files.filter((one) => /\.(tar\.gz|zip|deb|rpm|apk|cdx\.json)$/.test(one))) assert.ok(sums[name], `${name} has no checksum`);
  });

  it('have a list of what is in them', () => {
    const lists = files.filter((name) => name.endsWith('.cdx.json'));
    assert.equal(lists.length, 5, lists.join(', '));
    const notices = readFileSync(join(dist, '../THIRD_PARTY_NOTICES'), 'utf8');
    for (const name of lists) {
      const { bomFormat, metadata, components } = JSON.parse(readFileSync(join(dist, name), 'utf8'));
      assert.deepEqual([bomFormat, metadata.component.version], ['CycloneDX', version]);
      assert.ok(components.length > 15, `${name}: ${components.length} components`);
      for (const { name: module, version: release } of components.filter((one) => one.name !== 'std')) assert.match(notices, new RegExp(`^${module} +${release} `, 'm'), `${name}: THIRD_PARTY_NOTICES lacks ${module}`);
    }
  });
});

describe('packages', () => {
  const folder = scratch({ after });
  const packages = files.filter((name) => /\.(deb|rpm|apk)$/.test(name));

  it('are there for both processors', () => assert.equal(packages.length, 6, packages.join(', ')));

  for (const name of packages) {
    it(name, () => {
      const target = unpack(name, folder);
      const documents = join(target, 'usr/share/doc/featurebase-mcp');
      for (const text of ['copyright', 'THIRD_PARTY_NOTICES']) assert.ok(statSync(join(documents, text)).size > 1000, text);
      assert.match(run('man', ['--local-file', join(target, 'usr/share/man/man1/featurebase-mcp.1.gz')], { env: { ...process.env, MANPAGER: 'cat' } }), new RegExp(`featurebase-mcp ${version}`));
      const zsh = name.endsWith('.deb') ? 'zsh/vendor-completions' : 'zsh/site-functions';
      for (const path of ['bash-completion/completions/featurebase-mcp', 'fish/vendor_completions.d/featurebase-mcp.fish', `${zsh}/_featurebase-mcp`]) {
        assert.ok(statSync(join(target, 'usr/share', path)).size > 1000, path);
      }
      const settings = join(target, 'etc/featurebase-mcp');
      assert.deepEqual([settings, join(settings, 'featurebase-mcp.env')].map((path) => (statSync(path).mode & 0o777).toString(8)), ['700', '600']);
      assert.equal(existsSync(join(target, 'usr/lib/systemd/system/featurebase-mcp.service')), !name.endsWith('.apk'));
      const program = join(target, 'usr/bin/featurebase-mcp');
      const arch = /amd64|x86_64/.test(name) ? 'amd64' : 'arm64';
      assert.equal(kind(program), `linux_${arch}`);
      if (arch === here) works(program, version);
    });
  }

  it('keep the settings of the user', () => {
    const [deb] = packages.filter((name) => name.endsWith(`_${here}.deb`));
    assert.equal(run('dpkg-deb', ['--info', join(dist, deb), 'conffiles']).trim(), '/etc/featurebase-mcp/featurebase-mcp.env');
    const fields = run('dpkg-deb', ['--field', join(dist, deb)]);
    assert.match(fields, new RegExp(`^Version: ${version.replace('-', '~').replaceAll('.', '\\.')}$`, 'm'));
  });
});

describe('package managers', () => {
  const address = 'https://github.com/example-org/featurebase-mcp/releases/download';
  const named = (text) => [...text.matchAll(new RegExp(`${address}/\\S+?/(featurebase-mcp_[\\w.-]+\\.(?:tar\\.gz|zip))`, 'g'))].map(([, name]) => name);

  it('Homebrew', () => {
    const cask = readFileSync(join(dist, 'homebrew/Casks/featurebase-mcp.rb'), 'utf8');
    const whole = cask.replaceAll('#{version}', version);
    assert.deepEqual(named(whole).sort(), files.filter((name) => /_(darwin|linux)_\w+\.tar\.gz$/.test(name)));
    for (const name of named(whole)) assert.ok(cask.includes(`sha256 "${sums[name]}"`), name);
    for (const part of ['binary "featurebase-mcp"', 'manpage "featurebase-mcp.1"', 'bash_completion "completions/featurebase-mcp.bash"']) assert.ok(cask.includes(part), part);
    assert.match(cask, /xattr.*com\.apple\.quarantine/);
  });

  it('Scoop', () => {
    const { version: told, architecture, license } = JSON.parse(readFileSync(join(dist, 'scoop/featurebase-mcp.json'), 'utf8'));
    assert.deepEqual([told, license], [version, 'MIT']);
    const ways = Object.entries(architecture);
    assert.deepEqual(ways.map(([name]) => name).sort(), ['64bit', 'arm64']);
    for (const [, { url, hash, bin }] of ways) {
      assert.deepEqual([hash, bin], [sums[named(url)[0]], ['featurebase-mcp.exe']]);
    }
  });

  it('winget', () => {
    const manifests = artifacts.filter(({ path }) => path.includes('/winget/')).map(({ path }) => parse(readFileSync(join(dist, '..', path), 'utf8')));
    assert.deepEqual(manifests.map(({ ManifestType }) => ManifestType).sort(), ['defaultLocale', 'installer', 'version']);
    for (const manifest of manifests) assert.deepEqual([manifest.PackageIdentifier, manifest.PackageVersion], ['ExampleOrg.FeaturebaseMCP', version]);
    const { Installers } = manifests.find(({ ManifestType }) => ManifestType === 'installer');
    assert.deepEqual(Installers.map(({ Architecture }) => Architecture).sort(), ['arm64', 'x64']);
    for (const { InstallerUrl, InstallerSha256, NestedInstallerFiles } of Installers) {
      assert.equal(InstallerSha256.toLowerCase(), sums[named(InstallerUrl)[0]]);
      assert.equal(NestedInstallerFiles[0].RelativeFilePath, 'featurebase-mcp.exe');
    }
  });

  it('find the release', () => assert.ok(tag.startsWith('v'), tag));
});

// kind reads from a program for which system and processor it was built.
function kind(path) {
  const begin = Buffer.alloc(4096);
  readSync(openSync(path, 'r'), begin, 0, begin.length, 0);
  if (begin.readUInt32BE(0) === 0x7f454c46) return `linux_${{ 62: 'amd64', 183: 'arm64' }[begin.readUInt16LE(18)]}`;
  if (begin.readUInt32BE(0) === 0xcafebabe) {
    const both = [0, 1].map((nth) => begin.readUInt32BE(8 + 20 * nth));
    assert.deepEqual(both.sort(), [0x01000007, 0x0100000c].sort(), 'x86-64 and arm64');
    return `darwin_${begin.readUInt32BE(4) === 2 ? 'all' : '?'}`;
  }
  const header = begin.readUInt32LE(0x3c);
  assert.equal(begin.toString('latin1', header, header + 4), 'PE\0\0', path);
  return `windows_${{ 0x8664: 'amd64', 0xaa64: 'arm64' }[begin.readUInt16LE(header + 4)]}`;
}

// Packs the npm packages, one for each platform and the one that starts them: node npm.mjs --dist=FOLDER --out=FOLDER
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { open, packaging, parameters, readJSON, root, texts } from './dist.mjs';

const scope = '@example-org';

// Node's names of systems and processors, and Go's.
const systems = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const processors = { x64: 'amd64', arm64: 'arm64' };

const { dist, out } = parameters('dist', 'out');
const { version, binary } = open(dist);
const folder = mkdtempSync(join(tmpdir(), 'npm-'));
const main = readJSON(join(packaging, 'npm/featurebase-mcp/package.json'));

// Completes a package and packs it.
function pack(from, manifest) {
  for (const text of texts) copyFileSync(join(root, text), join(from, text));
  writeFileSync(join(from, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out, from], { stdio: ['ignore', 'ignore', 'inherit'] });
}

// Packs the program of one platform.
function packPlatform(os, cpu) {
  const name = `${scope}/${main.name}-${os}-${cpu}`;
  const program = binary(systems[os], processors[cpu]);
  const from = join(folder, `${os}-${cpu}`);
  mkdirSync(join(from, 'bin'), { recursive: true });
  copyFileSync(program, join(from, 'bin', basename(program)));
  chmodSync(join(from, 'bin', basename(program)), 0o755);
  const { license, author, homepage, repository } = main;
  const description = `The program of ${main.name} for ${os} on ${cpu}`;
  pack(from, { name, version, description, license, author, homepage, repository, os: [os], cpu: [cpu], preferUnplugged: true });
  return name;
}

mkdirSync(out, { recursive: true });
try {
  const platforms = Object.keys(systems).flatMap((os) => Object.keys(processors).map((cpu) => packPlatform(os, cpu)));
  const from = join(folder, 'main');
  cpSync(join(packaging, 'npm/featurebase-mcp'), from, { recursive: true });
  pack(from, { ...main, version, optionalDependencies: Object.fromEntries(platforms.map((name) => [name, version])) });
} finally {
  rmSync(folder, { recursive: true });
}

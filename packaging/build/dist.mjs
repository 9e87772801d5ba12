// What goreleaser has left in dist/, for the scripts beside this one.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const packaging = join(root, 'packaging');

/** The files that go with every copy of the program. */
export const texts = ['LICENSE', 'THIRD_PARTY_NOTICES'];

export const readJSON = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Reads what goreleaser says of a build: its version, the time of its commit, and where the binaries are. */
export function open(dist) {
  const { version, commit } = readJSON(join(dist, 'metadata.json'));
  const date = execFileSync('git', ['show', '-s', '--format=%cI', commit], { cwd: root, encoding: 'utf8' }).trim();
  return { version, date, binary: (goos, goarch) => binary(dist, goos, goarch) };
}

// The binary of a system and an architecture, by Go's names; "all" is macOS for both.
function binary(dist, goos, goarch) {
  const file = goos === 'windows' ? 'featurebase-mcp.exe' : 'featurebase-mcp';
  const folder = new RegExp(`_${goos}_${goarch}(_|$)`);
  const found = readdirSync(dist).filter((name) => folder.test(name) && existsSync(join(dist, name, file)));
  if (found.length !== 1) throw new Error(`${dist} has ${found.length} binaries for ${goos}/${goarch}: ${found.join(', ')}`);
  return join(dist, found[0], file);
}

/** Reads --name=value from the command line; each of the names has to be there. */
export function parameters(...names) {
  const given = Object.fromEntries(process.argv.slice(2).map((word) => word.match(/^--([a-z]+)=(.+)$/)?.slice(1) ?? [word]));
  const wrong = [...Object.keys(given).filter((name) => !names.includes(name)), ...names.filter((name) => !given[name])];
  if (wrong.length) throw new Error(`wrong or missing: ${wrong.join(', ')}; usage: ${names.map((name) => `--${name}=...`).join(' ')}`);
  return given;
}

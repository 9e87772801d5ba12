// Writes what archives need and what only a release knows: the manifest of the extension of Gemini CLI, with the version. goreleaser runs it before it builds:
// node made.mjs --version=1.0.0
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packaging, parameters, readJSON } from './dist.mjs';

const { version } = parameters('version');
const gemini = join(packaging, 'made/gemini');
rmSync(gemini, { recursive: true, force: true });
mkdirSync(gemini, { recursive: true });
cpSync(join(packaging, 'gemini'), gemini, { recursive: true });
writeFileSync(join(gemini, 'gemini-extension.json'), JSON.stringify({ ...readJSON(join(packaging, 'gemini/gemini-extension.json')), version }, null, 2) + '\n');

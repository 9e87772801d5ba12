// Writes what archives and packages need and what only a release knows: the manifest of the extension of Gemini CLI with the version, and what the program says
// of itself to shells and to man. goreleaser runs it before it builds: node made.mjs --version=1.0.0
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packaging, parameters, readJSON, root } from './dist.mjs';

const { version } = parameters('version');
const made = join(packaging, 'made');
rmSync(made, { recursive: true, force: true });

const gemini = join(made, 'gemini');
cpSync(join(packaging, 'gemini'), gemini, { recursive: true });
writeFileSync(join(gemini, 'gemini-extension.json'), JSON.stringify({ ...readJSON(join(packaging, 'gemini/gemini-extension.json')), version }, null, 2) + '\n');

const folder = mkdtempSync(join(tmpdir(), 'made-'));
try {
  const program = join(folder, 'featurebase-mcp');
  const flags = ['-trimpath', '-ldflags', `-s -w -X featurebase-mcp/internal/cli.release=${version}`];
  execFileSync('go', ['build', ...flags, '-o', program, '.'], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, stdio: ['ignore', 'inherit', 'inherit'] });
  const says = (...args) => execFileSync(program, args);
  mkdirSync(join(made, 'completions'));
  // Each by the name that its shell looks for.
  for (const [shell, name] of [['bash', 'featurebase-mcp.bash'], ['zsh', '_featurebase-mcp'], ['fish', 'featurebase-mcp.fish'], ['powershell', 'featurebase-mcp.ps1']]) {
    writeFileSync(join(made, 'completions', name), says('completion', shell));
  }
  writeFileSync(join(made, 'featurebase-mcp.1'), says('man'));
  writeFileSync(join(made, 'featurebase-mcp.1.gz'), gzipSync(says('man'), { level: 9 }));
} finally {
  rmSync(folder, { recursive: true });
}

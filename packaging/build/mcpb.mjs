// Packs the bundle of Claude Desktop: node mcpb.mjs --dist=FOLDER --out=FILE.mcpb
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb';
import { open, packaging, parameters, readJSON, root, texts } from './dist.mjs';

const { dist, out } = parameters('dist', 'out');
const { version, date, binary } = open(dist);
const folder = mkdtempSync(join(tmpdir(), 'mcpb-'));

function put(source, target, mode) {
  const path = join(folder, target);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(source, path);
  chmodSync(path, mode);
}

// The packer stamps every file with the time of day, and by that a second bundle of the same commit would differ. The time is the commit's instead, in UTC,
// since the format has no zone.
function stopTheClock() {
  process.env.TZ = 'UTC';
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      super(...(args.length ? args : [date]));
    }
  };
}

try {
  for (const text of texts) put(join(root, text), text, 0o644);
  put(join(packaging, 'icon/icon.png'), 'icon.png', 0o644);
  put(binary('darwin', 'all'), 'server/darwin/featurebase-mcp', 0o755);
  put(binary('windows', 'amd64'), 'server/win32/featurebase-mcp.exe', 0o755);
  put(join(packaging, 'mcpb/featurebase-mcp.sh'), 'server/linux/featurebase-mcp', 0o755);
  for (const arch of ['amd64', 'arm64']) put(binary('linux', arch), `server/linux/featurebase-mcp-${arch}`, 0o755);
  const manifest = { ...readJSON(join(packaging, 'mcpb/manifest.json')), version };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2));
  stopTheClock();
  if (!(await packExtension({ extensionPath: folder, outputPath: out, silent: true }))) throw new Error('the bundle was not packed');
} finally {
  rmSync(folder, { recursive: true });
}

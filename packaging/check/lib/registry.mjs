// A registry of npm on loopback that has our packages and no others.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { run } from './program.mjs';

/** Serves the tarballs of a folder. Resolves with the address, what was asked for, and a way to stop. */
export async function serve(folder) {
  const packages = new Map();
  const asked = [];
  const server = createServer(({ url }, response) => {
    const path = decodeURIComponent(url);
    asked.push(path);
    const file = path.endsWith('.tgz') && readdirSync(folder).find((name) => name === basename(path));
    if (file) return response.end(readFileSync(join(folder, file)));
    const document = packages.get(path.slice(1));
    return document ? response.end(JSON.stringify(document)) : response.writeHead(404).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}/`;
  for (const file of readdirSync(folder)) {
    const manifest = JSON.parse(run('tar', ['-xzOf', join(folder, file), 'package/package.json']));
    const integrity = `sha512-${createHash('sha512').update(readFileSync(join(folder, file))).digest('base64')}`;
    const version = { ...manifest, dist: { tarball: `${address}${file}`, integrity } };
    packages.set(manifest.name, { name: manifest.name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } });
  }
  const stop = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
  return { address, asked, stop };
}

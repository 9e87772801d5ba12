// Writes the entry of the MCP registry for a release: node registry.mjs --dist=FOLDER --bundle=FILE.mcpb --out=server.json
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open, packaging, parameters } from './dist.mjs';

const { dist, bundle, out } = parameters('dist', 'bundle', 'out');
const entry = JSON.parse(readFileSync(join(packaging, 'registry/server.json'), 'utf8').replaceAll('0.0.0', open(dist).version));

// What people are asked for is the same for each way to install.
const settings = [
  { name: 'FEATUREBASE_API_KEY', description: 'API key, from the Featurebase dashboard under Settings, API', isSecret: true },
  { name: 'FEATUREBASE_READ_ONLY', description: 'Offer only tools that read', format: 'boolean', default: 'false' },
  { name: 'FEATUREBASE_TOOLSETS', description: 'Toolsets to offer: names separated by commas, or all', default: 'default' },
  { name: 'FEATUREBASE_CONFIRM', description: 'When the user is asked first', choices: ['auto', 'always', 'never'], default: 'auto' },
  { name: 'FEATUREBASE_SANDBOX', description: 'Answer from built-in sample data: no key, no network', format: 'boolean', default: 'false' },
];
for (const way of entry.packages) {
  way.transport = { type: 'stdio' };
  way.environmentVariables = settings;
  if (way.registryType === 'mcpb') way.fileSha256 = createHash('sha256').update(readFileSync(bundle)).digest('hex');
}
writeFileSync(out, JSON.stringify(entry, null, 2) + '\n');

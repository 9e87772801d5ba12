// Puts the version of the next release into what hosts read from the repository itself, instead of from what a release has made: the plugin of Claude Code
// and the package that it starts. node stamp.mjs --version=1.0.0 --tree=FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parameters } from './dist.mjs';

const { version, tree } = parameters('version', 'tree');
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) throw new Error(`${version} is no version such as 1.0.0`);

function replace(file, pattern) {
  const path = join(tree, 'packaging/claude-plugin', file);
  const text = readFileSync(path, 'utf8');
  if (!pattern.test(text)) throw new Error(`${path} has no version to replace`);
  writeFileSync(path, text.replace(pattern, (_, before) => before + version));
}

replace('.claude-plugin/plugin.json', /("version": ")[^"]+/);
replace('.mcp.json', /("featurebase-mcp@)[^"]+/);

// The entry of the MCP registry: valid by its schema, and of what is really there.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { images } from './lib/image.mjs';
import { attempt, bundles, dist, environment, program, run } from './lib/program.mjs';
import { module } from './lib/schemas.mjs';

const entry = JSON.parse(readFileSync(join(bundles, 'server.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(join(dist, 'metadata.json'), 'utf8'));
const ways = Object.fromEntries(entry.packages.map((way) => [way.registryType, way]));

describe('entry of the MCP registry', () => {
  // The registry itself publishes the schema in its module.
  const schema = JSON.parse(readFileSync(join(module('github.com/modelcontextprotocol/registry', 'v1.8.9'), 'internal/validators/schemas/2025-12-11.json'), 'utf8'));
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
  const valid = ajv.compile(schema);

  it('is valid', () => {
    assert.equal(entry.$schema, schema.$id);
    assert.ok(valid(entry), ajv.errorsText(valid.errors));
    for (const spoilt of [{ ...entry, description: 'x'.repeat(101) }, { ...entry, name: 'featurebase-mcp' }, { ...entry, version: undefined }]) assert.ok(!valid(JSON.parse(JSON.stringify(spoilt))));
  });

  it('has the version of the release everywhere', () => {
    assert.equal(entry.version, version);
    assert.ok(!JSON.stringify(entry).includes('0.0.0'));
  });

  it('names the packages that prove whose they are', () => {
    const { name, version: released, mcpName } = JSON.parse(run('tar', ['-xzOf', join(bundles, 'npm', `featurebase-mcp-${version}.tgz`), 'package/package.json']));
    assert.deepEqual([ways.npm.identifier, ways.npm.version, entry.name], [name, released, mcpName]);
    for (const { config } of images()) assert.equal(config.config.Labels['io.modelcontextprotocol.server.name'], entry.name);
    assert.equal(ways.oci.identifier, `ghcr.io/example-org/featurebase-mcp:${version}`);
    assert.equal(ways.mcpb.fileSha256, createHash('sha256').update(readFileSync(join(bundles, 'featurebase-mcp.mcpb'))).digest('hex'));
  });

  it('asks for settings that the program has', async () => {
    for (const { environmentVariables } of entry.packages) {
      const env = Object.fromEntries(environmentVariables.map(({ name, default: usual, choices }) => [name, usual ?? choices?.[0] ?? 'sk_release_check']));
      const { status, text } = await attempt(program(), ['tools'], { env: { ...environment(), ...env } });
      assert.equal(status, 0, text);
      assert.doesNotMatch(text, /has no effect/);
    }
  });
});

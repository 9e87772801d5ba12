// The file for docker compose: valid by its specification, and the program takes its settings.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { packaging, scratch, serves } from './lib/program.mjs';
import { module } from './lib/schemas.mjs';

const file = parse(readFileSync(join(packaging, 'compose/compose.yaml'), 'utf8'));
const [[, service]] = Object.entries(file.services);

describe('docker compose', () => {
  const folder = scratch({ after });

  it('is valid', () => {
    const schema = JSON.parse(readFileSync(join(module('github.com/compose-spec/compose-go/v2', 'v2.16.2'), 'schema/compose-spec.json'), 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const valid = ajv.compile(schema);
    assert.ok(valid(file), ajv.errorsText(valid.errors));
    assert.ok(!valid({ services: { featurebase: { ...service, readonly: true } } }), 'a misspelt setting was taken');
  });

  it('is confined, and has credentials only as secrets', () => {
    assert.deepEqual([service.read_only, service.cap_drop, service.user], [true, ['ALL'], '65532:65532']);
    assert.deepEqual(service.ports.filter((port) => !port.startsWith('127.0.0.1:')), []);
    assert.deepEqual(service.secrets.toSorted(), Object.keys(file.secrets).toSorted());
  });

  it('has settings that the program takes', async () => {
    for (const [name, content] of [['api-key', 'sk_release_check'], ['tokens', 'a-token-for-the-check']]) writeFileSync(join(folder, name), content);
    const env = Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, value.startsWith('/run/secrets/') ? join(folder, basename(value)) : value]));
    await serves(service.command, env);
  });
});

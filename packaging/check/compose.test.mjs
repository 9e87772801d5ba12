// The file for docker compose: valid by its specification, and the program takes its settings.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { packaging, scratch, serves } from './lib/program.mjs';
import { module } from './lib/schemas.mjs';

for (const name of ['compose.yaml', 'replicas.yaml']) {
  const file = parse(readFileSync(join(packaging, 'compose', name), 'utf8'));
  const [[, service]] = Object.entries(file.services);

  describe(`docker compose, ${name}`, () => {
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
      const ports = Object.values(file.services).flatMap((one) => one.ports ?? []);
      assert.ok(ports.length > 0);
      assert.deepEqual(ports.filter((port) => !port.startsWith('127.0.0.1:')), []);
      assert.deepEqual(service.secrets.toSorted(), Object.keys(file.secrets).toSorted());
    });

    it('has settings that the program takes', async () => {
      const files = { 'api-key': 'sk_release_check', tokens: 'a-token-for-the-check', 'state-key': '5a'.repeat(32) };
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      const env = Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, value.startsWith('/run/secrets/') ? join(folder, basename(value)) : value]));
      await serves(service.command, env);
    });
  });
}

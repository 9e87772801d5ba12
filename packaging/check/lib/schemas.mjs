// JSON Schemas of Kubernetes' objects for kubeconform, which loads its own from the network. These are made from what the Go module proxy has: the OpenAPI
// document of Kubernetes and the definitions of the Gateway API and of the Prometheus operator.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The release of Kubernetes that charts are checked against. */
export const kubernetes = 'v1.34.3';

/** Writes the schemas of the kinds to a folder, and returns where kubeconform finds them. */
export function writeSchemas(folder, kinds) {
  mkdirSync(folder, { recursive: true });
  const { definitions } = JSON.parse(readFileSync(join(module('k8s.io/kubernetes', kubernetes), 'api/openapi-spec/swagger.json'), 'utf8'));
  for (const definition of Object.values(definitions)) close(definition);
  writeFileSync(join(folder, 'definitions.json'), JSON.stringify({ definitions }).replaceAll('"#/definitions/', '"definitions.json#/definitions/'));
  const kindOf = (definition) => definition['x-kubernetes-group-version-kind'];
  for (const [group, version, kind] of kinds) {
    const [name] = Object.entries(definitions).find(([, d]) => kindOf(d)?.some((k) => k.group === group && k.version === version && k.kind === kind)) ?? [];
    const schema = name ? { $ref: `definitions.json#/definitions/${name}` } : customSchema(group, version, kind);
    writeFileSync(join(folder, `${kind}-${version}.json`.toLowerCase()), JSON.stringify(schema));
  }
  return join(folder, '{{ .ResourceKind }}-{{ .ResourceAPIVersion }}.json');
}

// Where the definitions of kinds stand that are not Kubernetes' own.
const custom = {
  'gateway.networking.k8s.io/HTTPRoute': ['sigs.k8s.io/gateway-api', 'v1.4.1', 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  'monitoring.coreos.com/ServiceMonitor': [
    'github.com/prometheus-operator/prometheus-operator', 'v0.85.0', 'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml'],
};

function customSchema(group, version, kind) {
  const [path, release, file] = custom[`${group}/${kind}`];
  const { spec } = parse(readFileSync(join(module(path, release), file), 'utf8'));
  const schema = spec.versions.find(({ name }) => name === version).schema.openAPIV3Schema;
  close(schema);
  schema.properties.metadata = { type: 'object' };
  return schema;
}

// Unknown fields are mistakes: Kubernetes drops them in silence, and the setting is not there.
function close(schema) {
  if (schema.properties && !schema['x-kubernetes-preserve-unknown-fields']) schema.additionalProperties ??= false;
  if (schema.format === 'int-or-string' || schema['x-kubernetes-int-or-string']) {
    schema.type = ['integer', 'string'];
    delete schema.format;
  }
  for (const inner of Object.values(schema.properties ?? {})) close(inner);
  for (const inner of [schema.items, schema.additionalProperties]) if (inner && typeof inner === 'object') close(inner);
}

/** The folder of a Go module, which is fetched once. */
export function module(path, version) {
  const told = execFileSync('go', ['mod', 'download', '-json', `${path}@${version}`], { encoding: 'utf8', cwd: tmpdir(), env: { ...process.env, GOFLAGS: '' } });
  return JSON.parse(told).Dir;
}

// The chart: every way to ask callers renders to objects that Kubernetes knows, and to settings that the program takes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { bundles, packaging, run, scratch, serves } from './lib/program.mjs';
import { kubernetes, writeSchemas } from './lib/schemas.mjs';

const chart = join(packaging, 'helm/featurebase-mcp');
const release = ['release', '--namespace', 'team', '--kube-version', kubernetes];
const render = (...args) => run('helm', ['template', ...release, ...args]);

// Everything the chart can make; a template of another kind fails kubeconform, which then finds no schema.
const kinds = [
  ['', 'v1', 'Secret'], ['', 'v1', 'Service'], ['', 'v1', 'ServiceAccount'], ['apps', 'v1', 'Deployment'], ['autoscaling', 'v2', 'HorizontalPodAutoscaler'],
  ['networking.k8s.io', 'v1', 'Ingress'], ['networking.k8s.io', 'v1', 'NetworkPolicy'], ['policy', 'v1', 'PodDisruptionBudget'],
  ['gateway.networking.k8s.io', 'v1', 'HTTPRoute'], ['monitoring.coreos.com', 'v1', 'ServiceMonitor'],
];

describe('chart', () => {
  const folder = scratch({ after });
  const made = new Set();
  let location;
  before(() => { location = writeSchemas(join(folder, 'schemas'), kinds); });

  // kubeconform judges objects by the schemas, as the API server would.
  const judge = (objects) => spawnSync('kubeconform', ['-strict', '-summary', '-schema-location', location, '-'], { input: objects, encoding: 'utf8' });

  for (const values of readdirSync(join(chart, 'ci'))) {
    it(`with ${values}`, async () => {
      const file = join(chart, 'ci', values);
      run('helm', ['lint', '--strict', '--kube-version', kubernetes, '--values', file, chart]);
      const text = render(chart, '--values', file);
      const { status, stdout, stderr } = judge(text);
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /Valid: [1-9]\d*, Invalid: 0, Errors: 0, Skipped: 0/);
      const objects = parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS()).filter(Boolean);
      objects.forEach(({ kind }) => made.add(kind));
      const [deployment, secret] = ['Deployment', 'Secret'].map((wanted) => objects.find(({ kind }) => kind === wanted));
      await accepts(deployment, { ...secrets, ...secret?.stringData }, join(folder, values));
    });
  }

  it('makes each of its kinds in one of these', () => assert.deepEqual([...made].sort(), kinds.map(([, , kind]) => kind).sort()));

  it('is judged by schemas that refuse', () => {
    const text = render(chart, '--values', join(chart, 'ci/token.yaml'));
    for (const [right, wrong] of [['readOnlyRootFilesystem:', 'readOnlyRootFileSystem:'], ['containerPort: 8080', 'containerPort: web'], ['hostnames', 'hostname'],
      ['interval: 30s', 'interval: soon'], ['parentRefs:', 'parents:'], ['maxUnavailable: 1', 'maxUnavailable: [1]']]) {
      const source = text.includes(right) ? text : render(chart, '--values', join(chart, 'ci/oidc.yaml'));
      assert.ok(source.includes(right), right);
      assert.equal(judge(source.replace(right, wrong)).status, 1, `${wrong} was taken`);
    }
  });

  it('refuses what the program would refuse at its start', () => {
    for (const [values, words] of [
      [[], /auth.existingSecret or auth.apiKey is needed/],
      [['auth.apiKey=k'], /auth.existingSecret or auth.tokens is needed/],
      [['auth.mode=oidc', 'sandbox=true'], /needs auth.oidc.issuer and auth.oidc.audience/],
      [['auth.mode=key', 'sandbox=true'], /auth.mode key asks callers for one/],
      [['auth.mode=none'], /auth\/mode/],
      [['auth.mode=key', 'metrics.serviceMonitor.enabled=true'], /metrics.serviceMonitor needs metrics.enabled/],
      [['auth.mode=key', 'readOnly=true'], /additional properties 'readOnly' not allowed/],
      [['auth.mode=key', 'settings.FEATUREBASE_API_KEY=k'], /FEATUREBASE_API_KEY/],
    ]) {
      const { status, stderr } = spawnSync('helm', ['template', ...release, chart, ...values.flatMap((value) => ['--set', value])], { encoding: 'utf8' });
      assert.notEqual(status, 0, `${values} was taken`);
      assert.match(stderr, words);
    }
  });

  it('is packed with the version of the release', () => {
    const [archive] = readdirSync(bundles).filter((name) => name.endsWith('.tgz'));
    const { version, appVersion } = parse(run('helm', ['show', 'chart', join(bundles, archive)]));
    assert.deepEqual([version, appVersion], Array(2).fill(archive.match(/^featurebase-mcp-(.+)\.tgz$/)[1]));
    assert.ok(!run('tar', ['-tzf', join(bundles, archive)]).includes('/ci/'), 'the values of the tests are in the archive');
  });
});

// The real program starts with the variables of the pod and the files that it would be given, and says that it is ready to the probe.
async function accepts({ spec: { template: { spec: pod } } }, mounted, folder) {
  const [container] = pod.containers;
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(mounted)) writeFileSync(join(folder, name), content);
  if (pod.volumes?.some(({ name }) => name === 'tls')) certify(folder);
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value.startsWith('/run/') ? join(folder, basename(value)) : value]));
  const { path, scheme } = container.readinessProbe.httpGet;
  await serves(container.args, env, (address) => {
    const probe = ['--silent', '--insecure', '--noproxy', '*', '--write-out', '%{http_code}', '--output', '/dev/null', `${scheme.toLowerCase()}://${address}${path}`];
    assert.equal(run('curl', probe), '200');
  });
}

// A certificate for the run.
function certify(folder) {
  const [key, cert] = ['tls.key', 'tls.crt'].map((name) => join(folder, name));
  run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=mcp.example.com', '-keyout', key, '-out', cert]);
}

// A secret of the user's.
const secrets = {
  'api-key': 'sk_release_check', tokens: 'a-token-for-the-check', address: 'rediss://user:password@127.0.0.1:6380', 'state-key': '5a'.repeat(32),
};

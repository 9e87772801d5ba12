// The API document, as a judge of what the sandbox answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { root } from './program.mjs';

const id = 'contract';
const document = JSON.parse(readFileSync(join(root, 'internal', 'contract', 'contract.json'), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, id);

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Every operation: its id, method and path, what its search can filter by, and whether it came after nova. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.filter((m) => item[m]).map((m) => ({ id: item[m].operationId, method: m, path, searchFields: item[m]['x-search-fields'], later: 'x-read' in item[m] })),
);

/** The operation of a request; words in a path win over holes. */
export function operationOf(method, path) {
  const parts = path.split('/');
  const fits = operations.filter((op) => {
    const want = op.path.split('/');
    return op.method === method.toLowerCase() && want.length === parts.length && want.every((w, i) => w.startsWith('{') || w === parts[i]);
  });
  fits.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  return fits[0];
}

/** What is wrong with an answer, by the schema documented for its status; nothing is an empty string. */
export function complaints(operation, status, body) {
  const responses = document.paths[operation.path][operation.method].responses;
  const key = [String(status), `${String(status)[0]}XX`, 'default'].find((k) => responses[k]);
  if (!key || (key === 'default' && status < 300)) return `status ${status} is not documented`;
  const at = responses[key].$ref ?? `#/paths/${[operation.path, operation.method, 'responses', key].map(escape).join('/')}`;
  const validate = ajv.getSchema(`${id}${at}/content/application~1json/schema`);
  if (!validate) return `no schema at ${at}`;
  return validate(body) ? '' : ajv.errorsText(validate.errors);
}

const escape = (part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

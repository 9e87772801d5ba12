// The official SDK, connected to a sandbox of its own and watched: which methods are used, which operations they reach, and
// whether the API document allows what comes back.
import assert from 'node:assert/strict';
import Featurebase from 'featurebase-node';
import { complaints, operationOf } from './contract.mjs';
import { startSandbox } from './program.mjs';

/** The sandbox behind the client; whoever runs the suite stops it. */
export const sandbox = await startSandbox();

/** The ids of the operations that have succeeded. */
export const reached = new Set();

/** The SDK's methods that have been called, as they are written after `client.`. */
export const used = new Set();

/** What is wrong with answers, errors included. */
export const faults = [];

/** The number of requests sent so far. */
export let requests = 0;

async function watched(url, init) {
  requests++;
  const response = await fetch(url, init);
  const { pathname } = new URL(url);
  const operation = operationOf(init.method, pathname);
  assert.ok(operation, `no operation is documented for ${init.method} ${pathname}`);
  const wrong = complaints(operation, response.status, await response.clone().json());
  if (wrong) faults.push(`${operation.id} ${response.status}: ${wrong}`);
  if (response.ok) reached.add(operation.id);
  return response;
}

/** Returns a client of this sandbox. */
export const connect = (options) => new Featurebase({ apiKey: 'sk_any', baseURL: sandbox.url, fetch: watched, maxRetries: 0, timeout: 20_000, ...options });

/** The client that the suites share. */
export const client = connect();

/** All methods of the SDK's resources. */
export const methods = below(client).flatMap(([name, resource]) => watch(resource, name));

// below returns the resources that stand in a resource or in the client, by name.
function below(resource) {
  return Object.entries(resource).filter(([, part]) => part?._client === client);
}

// watch notes each call of a resource's methods, and of its sub-resources', and returns their names.
function watch(resource, path) {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(resource)).filter((name) => name !== 'constructor');
  for (const name of own) {
    const method = resource[name];
    resource[name] = function (...args) {
      used.add(`${path}.${name}`);
      return method.apply(this, args);
    };
  }
  return [...own.map((name) => `${path}.${name}`), ...below(resource).flatMap(([name, part]) => watch(part, `${path}.${name}`))];
}

/** What the sandbox would have sent by now: e-mails, and deliveries to webhooks. */
export const outbox = async () => (await (await fetch(`${sandbox.url}/_sandbox/outbox`)).json()).data;

/** The e-mails among that. */
export const mails = async () => (await outbox()).filter((sent) => sent.type !== 'webhook');

/** Everything that the SDK's auto-paging yields. */
export const all = (pages) => Array.fromAsync(pages);

/** The ids of items, in order. */
export const ids = (items) => items.map((item) => item.id);

/** A filter that every object passes. */
export const everything = { field: 'createdAt', operator: '>', value: 0 };

/** Asserts that auto-paging yields every item once, in the same order whatever the size of the pages. Returns the items. */
export async function assertPages(list, total, size = 23) {
  const items = await all(list(100));
  assert.equal(items.length, total);
  assert.equal(new Set(ids(items)).size, total);
  assert.deepEqual(ids(await all(list(size))), ids(items));
  return items;
}

/** An id that nothing has. */
export const nowhere = '0123456789abcdef01234567';

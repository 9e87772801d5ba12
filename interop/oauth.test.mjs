// Signing in with --auth oidc: the TypeScript SDKs go the whole way from the first 401, against an authorization server of another make.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { StreamableHTTPClientTransport as HTTPv2, UnauthorizedError as UnauthorizedV2 } from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as HTTPv1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { application, audience, scopes, startIssuer } from './lib/authorization.mjs';
import { timeout } from './lib/journey.mjs';
import { sandboxed, startHTTP } from './lib/program.mjs';
import { connect } from './lib/v1.mjs';
import { connecting } from './lib/v2.mjs';

const once = ['authorization_code'];
const refreshing = [...once, 'refresh_token'];

const v1 = { connect, Unauthorized: UnauthorizedV1, finish: (transport, callback) => transport.finishAuth(callback.get('code')), streams: true };

/**
 * Each client: how it opens a transport, connects and finishes a sign-in; whether it keeps a stream open, and what it reports when that ends; and what
 * becomes of a call that its token is too narrow for, by the grants that the application has registered for: it asks for more, unless there are words.
 */
const clients = {
  '2025-11-25': {
    ...v1, at: 'url', open: (url, options) => new HTTPv1(url, { ...options, reconnectionOptions: { initialReconnectionDelay: 10, maxReconnectionDelay: 1000, reconnectionDelayGrowFactor: 1.5, maxRetries: 2 } }),
    narrow: [[once], [refreshing, /Server returned 403 after trying upscoping/]], // it refreshes first, and that widens nothing
  },
  '2025-11-25 over SSE': {
    ...v1, at: 'sse', open: (url, options) => new SSEClientTransport(url, options), ended: /^SSE error: undefined$/,
    narrow: [[once, /Tool "create_post" needs the scope featurebase:write/]], // answers have no status there, and so no challenge
  },
  '2026-07-28': {
    at: 'url', open: (url, options) => new HTTPv2(url, options),
    connect: connecting('auto', '2026-07-28'), Unauthorized: UnauthorizedV2, finish: (transport, callback) => transport.finishAuth(callback),
    narrow: [[refreshing]],
  },
};

/** Starts an authorization server and the program that trusts it. Both end with the test, after connections. */
async function start(t, client) {
  const issuer = await startIssuer();
  t.after(() => issuer.stop());
  const server = await startHTTP({ ...sandboxed, flags: [...sandboxed.flags, '--auth=oidc', `--oidc-issuer=${issuer.url}`, `--oidc-audience=${audience}`] });
  const connections = [];
  t.after(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    assert.equal(await server.stop(), 0);
  });
  issuer.resource = server[client.at];
  return { issuer, address: new URL(server[client.at]), connections };
}

/** Connects an application that is not signed in yet: the first 401 sends its user to the browser, and what comes back from there opens the server. */
async function signIn({ address, connections }, client, app) {
  const requests = [];
  const options = {
    authProvider: app,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      requests.push({ url: String(url), method: init?.method ?? 'GET', authorization: new Headers(init?.headers).get('authorization'), status: response.status });
      return response;
    },
  };
  const refused = client.open(address, options);
  await assert.rejects(client.connect(refused), client.Unauthorized);
  await client.finish(refused, app.callbacks.at(-1));
  const transport = client.open(address, options);
  const connection = await client.connect(transport);
  connections.push(connection);
  return { transport, connection, requests };
}

const named = async (connection) => (await connection.list()).map((tool) => tool.name);

async function call(connection, name, args) {
  const result = await connection.call(name, args);
  assert.equal(result.isError ?? false, false, result.content[0].text);
  return JSON.parse(result.content[0].text);
}

describe('signing in', { concurrency: true }, () => {
  for (const [name, client] of Object.entries(clients)) {
    describe(name, () => {
      test('signs in and calls', { timeout }, async (t) => {
        const site = await start(t, client);
        const { issuer, address } = site;
        const { connection, requests } = await signIn(site, client, application(once));
        assert.ok((await named(connection)).includes('delete_post'));
        assert.ok((await call(connection, 'list_boards', {})).data.length > 0);

        const asked = requests.map(({ url, status }) => `${status} ${url}`);
        assert.deepEqual(asked.slice(0, 2), [`401 ${address}`, `200 ${address.origin}/.well-known/oauth-protected-resource${address.pathname}`]);
        assert.ok(asked[2].startsWith(`200 ${issuer.url}/.well-known/`), asked[2]);
        assert.deepEqual(issuer.seen.map(([endpoint]) => endpoint), ['registration', 'authorization', 'token']);
        const [[, registered], [, authorized], [, exchanged]] = issuer.seen;
        assert.equal(registered.scope, scopes.join(' '));
        assert.equal(authorized.scope, scopes.join(' '));
        assert.equal(authorized.code_challenge_method, 'S256');
        assert.deepEqual([authorized.resource, exchanged.resource], [String(address), String(address)]);
        assert.deepEqual(connection.errors, []);
      });

      for (const [grantTypes, told] of client.narrow) {
        test(`may do no more than it was granted, ${told ? 'in words' : 'and asks for more'}`, { timeout }, async (t) => {
          const site = await start(t, client);
          const { issuer } = site;
          issuer.grants = ['featurebase:read'];
          const app = application(grantTypes);
          const { transport, connection } = await signIn(site, client, app);
          const granted = async () => (await named(connection)).filter((tool) => ['get_post', 'create_post', 'delete_post'].includes(tool));
          assert.deepEqual(await granted(), ['get_post']);
          const [{ id: boardId }] = (await call(connection, 'list_boards', {})).data;
          const post = { boardId, title: 'Sign in with a passkey' };

          issuer.grants = scopes; // the user would leave all of them to the client now
          await assert.rejects(connection.call('create_post', post), told ?? client.Unauthorized);
          if (told) return;
          const [, authorized] = issuer.seen.findLast(([endpoint]) => endpoint === 'authorization');
          assert.equal(authorized.scope, 'featurebase:read featurebase:write');
          await client.finish(transport, app.callbacks.at(-1));
          assert.equal((await call(connection, 'create_post', post)).title, post.title);
          assert.deepEqual((await granted()).toSorted(), ['create_post', 'get_post']);
        });
      }

      test('refreshes a token that has expired, and opens its stream again', { timeout }, async (t) => {
        const site = await start(t, client);
        const { issuer, address } = site;
        Object.assign(issuer, { lifetime: 3, behind: 60 }); // as much as the server forgives, so that a token is good for 3 s
        const { connection, requests } = await signIn(site, client, application(refreshing));
        Object.assign(issuer, { lifetime: 300, behind: 0 });
        const refreshed = () => issuer.seen.some(([, parameters]) => parameters.grant_type === 'refresh_token');
        const streams = () => requests.filter(({ url, method, status }) => url === String(address) && method === 'GET' && status === 200);
        for (let done = false; !done;) {
          done = client.streams ? streams().length > 1 : refreshed();
          if (!client.streams) await call(connection, 'list_boards', {});
          await setTimeout(50, undefined, { signal: t.signal }); // what has opened a stream gets to know it
        }
        assert.ok((await call(connection, 'list_boards', {})).data.length > 0);
        assert.deepEqual(issuer.seen.map(([endpoint, { grant_type }]) => grant_type ?? endpoint), ['registration', 'authorization', 'authorization_code', 'refresh_token']);
        assert.equal(new Set(streams().map(({ authorization }) => authorization)).size, streams().length);
        assert.deepEqual(connection.errors.filter((error) => !client.ended?.test(error.message)), []);
      });
    });
  }
});

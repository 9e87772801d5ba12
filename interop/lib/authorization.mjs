// An OAuth authorization server on loopback, the person who signs in at it, and what a client of the TypeScript SDKs keeps of a sign-in.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider, { errors } from 'oidc-provider';

/** What access tokens are made out to, as this provider calls the server under test. */
export const audience = 'https://mcp.example.com';

const hour = 3600; // in seconds

const key = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'first' };

/** The scopes there are. */
export const scopes = ['featurebase:read', 'featurebase:write', 'featurebase:destructive'];

/**
 * Starts oidc-provider, a certified implementation, with what MCP asks of an authorization server: clients register themselves, PKCE,
 * resource indicators, and access tokens that are JWTs. Its clock is slow by behind seconds. seen collects what clients sent to its
 * endpoints, one [endpoint, parameters] each.
 */
export async function startIssuer() {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${http.address().port}`;
  const issuer = {
    url,
    resource: undefined, // the only one that there are tokens for
    grants: scopes, // the scopes that the person leaves to a client
    lifetime: 300, // of access tokens, in seconds
    behind: 0,
    seen: [],
    stop: () => new Promise((stopped) => {
      http.close(stopped);
      http.closeAllConnections();
    }),
  };

  const provider = new Provider(url, {
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()] },
    scopes: ['openid', ...scopes], // a client may register for these alone
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    ttl: { Interaction: hour, Session: hour, Grant: hour, AuthorizationCode: 60, RefreshToken: hour, AccessToken: () => issuer.lifetime },
    formats: {
      customizers: {
        jwt: (_, token, { payload }) => {
          payload.iat -= issuer.behind;
          payload.exp -= issuer.behind;
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => {
          if (resource !== issuer.resource) throw new errors.InvalidTarget();
          return { scope: scopes.join(' '), audience, accessTokenFormat: 'jwt', accessTokenTTL: issuer.lifetime, jwt: { sign: { alg: 'RS256' } } };
        },
      },
    },
  });
  // The pages on which the person signs in and leaves scopes to the client, in one.
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/sign-in/')) {
      await next();
      const sent = ctx.oidc?.params ?? ctx.oidc?.body;
      if (sent && ctx.oidc.route !== 'resume') issuer.seen.push([ctx.oidc.route, { ...sent }]);
      return;
    }
    const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
    const grant = new provider.Grant({ accountId: 'ann', clientId: params.client_id });
    const [left, kept] = [true, false].map((leaves) => scopes.filter((scope) => issuer.grants.includes(scope) === leaves).join(' '));
    grant.addOIDCScope(left);
    grant.rejectOIDCScope(kept);
    grant.addResourceScope(params.resource, left);
    grant.rejectResourceScope(params.resource, kept);
    const result = { login: { accountId: 'ann' }, consent: { grantId: await grant.save() } };
    ctx.respond = false;
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: prompt.name !== 'login' });
  });
  http.on('request', provider.callback());
  return issuer;
}

/** The person's browser: it follows redirections from an address, with cookies, until one leads to the client, and returns that. */
async function browse(address, redirectUrl) {
  const cookies = new Map();
  for (let hops = 0; hops < 10; hops++) {
    const response = await fetch(address, { redirect: 'manual', headers: { cookie: [...cookies].map((c) => c.join('=')).join('; ') } });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    assert.ok(location, `${response.status} from ${address}: ${await response.text()}`);
    address = new URL(location, address);
    if (String(address).startsWith(redirectUrl)) return address;
  }
  assert.fail(`redirected without end, last to ${address}`);
}

/** The OAuthClientProvider of an application, for both SDKs. callbacks are the parameters with which the browser came back. */
export function application(grantTypes) {
  let registration, tokens, verifier, discovery;
  const redirectUrl = 'http://127.0.0.1:1/callback'; // the browser is ours, and nobody has to listen
  const app = {
    redirectUrl,
    callbacks: [],
    clientMetadata: {
      client_name: 'interop', redirect_uris: [redirectUrl], grant_types: grantTypes, response_types: ['code'], token_endpoint_auth_method: 'none',
    },
    clientInformation: () => registration,
    saveClientInformation: (information) => { registration = information; },
    tokens: () => tokens,
    saveTokens: (saved) => { tokens = saved; },
    codeVerifier: () => verifier,
    saveCodeVerifier: (saved) => { verifier = saved; },
    discoveryState: () => discovery,
    saveDiscoveryState: (state) => { discovery = state; },
    redirectToAuthorization: async (url) => { app.callbacks.push((await browse(url, redirectUrl)).searchParams); },
  };
  return app;
}

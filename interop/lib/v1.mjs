// The TypeScript SDK v1 as a client of journey.mjs.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

/**
 * Connects a client that asks only for what the server declared; it has to settle on the newest revision it knows. With elicit, its user can be asked; else it
 * may declare extensions.
 */
export async function connect(transport, elicit, extensions) {
  let revision;
  const told = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => {
    revision = version;
    told?.(version);
  };
  const client = new Client({ name: 'interop-v1', version: '1.0.0' }, { enforceStrictCapabilities: true, capabilities: elicit ? { elicitation: {} } : { extensions } });
  if (elicit) client.setRequestHandler(ElicitRequestSchema, elicit);
  const errors = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(transport);
  assert.equal(revision, '2025-11-25');
  return {
    errors,
    list: async () => (await client.listTools()).tools,
    call: (name, args, signal) => client.callTool({ name, arguments: args }, undefined, { signal }),
    close: () => {
      client.onerror = undefined; // what breaks off now, breaks off because of us
      return client.close();
    },
  };
}

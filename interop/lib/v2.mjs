// The TypeScript SDK v2 as a client of journey.mjs.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';

/** Gives a way to connect that negotiates the revision by mode; it has to come out as revision. With elicit, the client's user can be asked; else it may declare extensions. */
export const connecting = (mode, revision) => async (transport, elicit, extensions) => {
  const client = new Client({ name: 'interop-v2', version: '1.0.0' }, { enforceStrictCapabilities: true, versionNegotiation: { mode }, capabilities: elicit ? { elicitation: {} } : { extensions } });
  if (elicit) client.setRequestHandler('elicitation/create', elicit);
  const errors = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(transport);
  assert.equal(client.getNegotiatedProtocolVersion(), revision);
  return {
    errors,
    list: async () => (await client.listTools()).tools,
    call: (name, args, signal) => client.callTool({ name, arguments: args }, { signal }),
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents,
    complete: async (uri, name, value) => (await client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })).completion,
    close: () => {
      client.onerror = undefined; // what breaks off now, breaks off because of us
      return client.close();
    },
  };
};

// A server before the sandbox that changes what it answers.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Forwards to an address on a free port; change gets each answer that is JSON and returns the one that is sent. */
export async function startProxy(to, change) {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const answer = await fetch(to + request.url, { method: request.method, headers, ...(body.length && { body }) });
    const text = await answer.text();
    const type = answer.headers.get('Content-Type') ?? 'application/json';
    response.writeHead(answer.status, { 'Content-Type': type }).end(answer.ok && /json/.test(type) && text ? JSON.stringify(change(JSON.parse(text))) : text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => { server.closeAllConnections(); server.close(); };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

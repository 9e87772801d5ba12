// A server in place of one that a host would reach on the Internet.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Serves on a free port of loopback and keeps what was asked, tunnels included. answer gets each request, with its body as text, and the response.
 */
export async function listen(answer) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const kept = { url: request.url, method: request.method, body: await text(request) };
    requests.push(kept);
    answer(kept, response);
  });
  server.on('connect', ({ url, method }, socket) => {
    requests.push({ url, method });
    socket.on('error', () => {}); // it may not wait for the refusal
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, stop };
}

// An API that never answers one question, to see what becomes of a call that its caller gave up.
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Starts it on a free port. POST /v2/posts/search, the request of search_posts, hangs: asked resolves when one has come, closed when its
 * connection is gone, and attempts counts them. Everything else answers an empty list. target starts the program against it, with
 * more patience than a test has: nothing but its caller ends a request.
 */
export async function startUpstream() {
  const asked = Promise.withResolvers();
  const closed = Promise.withResolvers();
  let attempts = 0;
  const server = createServer((request, response) => {
    if (new URL(request.url, 'http://upstream').pathname === '/v2/posts/search') {
      attempts++;
      response.once('close', closed.resolve);
      asked.resolve();
      return;
    }
    response.setHeader('Content-Type', 'application/json').end('[]');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return {
    target: { flags: ['--api-url', url, '--timeout=10m', '--deadline=10m', '--log-level=error'], variables: { FEATUREBASE_API_KEY: 'sk_interop' } },
    asked: asked.promise,
    closed: closed.promise,
    attempts: () => attempts,
    stop,
  };
}

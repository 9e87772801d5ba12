// What `node --test` runs before and after the suites: it builds the program twice, as it is shipped and with the fixtures of the suites.
import { build } from '../lib/build.mjs';

export { globalTeardown } from '../lib/build.mjs';

export function globalSetup() {
  build('FEATUREBASE_MCP_BIN');
  build('FEATUREBASE_MCP_CONFORMANCE_BIN', '-tags', 'conformance');
}

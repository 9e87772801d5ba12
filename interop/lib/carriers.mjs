// How a client comes to the program. Each carrier opens a host: its connect makes one more connection, its stop ends what was
// started for all of them.
import { binary, environment, startHTTP } from './program.mjs';

/** The client starts the program, one for each connection; connect gets the command line and target's variables, alone and within env. */
export const overStdio = (connect) => async ({ flags, variables }) => ({
  connect: () => connect({ command: binary(), args: flags, variables, env: { ...environment(), ...variables } }),
  stop: async () => 0,
});

/** The program listens and all connections go to it; connect gets the addresses. */
export const overHTTP = (connect) => async (target) => {
  const server = await startHTTP(target);
  return { connect: () => connect(server), stop: server.stop };
};

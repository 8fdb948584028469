import { startNats } from "../../../src/testbed/nats/nats.ts";

// A process that a test kills: starts a server, restarts it, and prints the server's process id.
const server = await startNats({ users: [], builds: false });
if ("unavailable" in server) throw new Error(server.unavailable);
for (let time = 0; time < Number(process.argv[2]); time++) await server.restart();
process.stdout.write(`${server.pid}\n`);

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Delay of each response, like that of a remote server: one worker waits and leaves cores idle. */
const DELAY_MS = 10;

/** Starts a relay to a server of this host, in a separate process; resolves with its endpoint. */
export async function startRelay(
  endpoint: string,
): Promise<{ readonly endpoint: string; readonly stop: () => void }> {
  const parameters = [new URL(import.meta.url).pathname, new URL(endpoint).port];
  const child = spawn(process.execPath, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return {
    endpoint: `http://127.0.0.1:${String(line).trim()}`,
    stop: () => void child.kill(),
  };
}

/** Passes bytes on, those from the server after the delay and in order. */
function relay(client: Socket, port: number): void {
  const server = connect({ port, host: "127.0.0.1", noDelay: true });
  for (const socket of [client, server]) {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => (socket === client ? server : client).destroy());
  }
  client.on("data", (data) => server.write(data));
  server.on("data", (data) => setTimeout(() => client.write(data), DELAY_MS));
}

async function serve(port: number): Promise<void> {
  const server = createServer({ noDelay: true }, (client) => relay(client, port));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : 0}\n`);
  process.stdin.on("end", () => process.exit()).resume();
}

if (import.meta.main) await serve(Number(process.argv[2]));

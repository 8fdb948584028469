import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { BucketAddress } from "../../../src/model/target/target.ts";

/** As late as a remote server, so that one worker waits and does not use up a core. */
const WAIT_MS = 10;

/** Server in a separate process that responds to any GET with the same bytes after a delay. */
export async function startWaitingServer(
  bytes: number,
): Promise<{ readonly address: BucketAddress; readonly stop: () => void }> {
  const child = spawn(process.execPath, [new URL(import.meta.url).pathname, String(bytes)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const endpoint = `http://127.0.0.1:${String(line).trim()}`;
  const address = { endpoint, region: "us-east-1", bucket: "b", prefix: "", pathStyle: true };
  return { address, stop: () => void child.kill() };
}

async function serve(bytes: number): Promise<void> {
  const head = `HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: ${bytes}\r\n\r\n`;
  const answer = Buffer.concat([Buffer.from(head), Buffer.alloc(bytes)]);
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    socket.on("error", () => socket.destroy());
    // A request is small and comes alone, so each piece that is read is one.
    socket.on("data", () => setTimeout(() => socket.write(answer), WAIT_MS));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : 0}\n`);
  process.stdin.on("end", () => process.exit()).resume();
}

if (import.meta.main) await serve(Number(process.argv[2]));

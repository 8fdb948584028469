import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Starts a server on the loopback; it and its connections are closed after the test. */
export async function listeningPort(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

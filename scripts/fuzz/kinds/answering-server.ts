import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** A server on the loopback that answers each request with the next of some raw answers. */
export class AnsweringServer {
  private readonly server: Server;
  private answers: readonly string[] = [];
  private next = 0;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<AnsweringServer> {
    const server = createServer();
    const answering = new AnsweringServer(server);
    server.on("connection", (socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      let head = "";
      socket.on("data", (bytes) => {
        head += bytes.toString("latin1");
        if (!head.includes("\r\n\r\n")) return;
        head = "";
        // The connection ends with it: an answer that is cut off is not waited for.
        socket.end(Buffer.from(answering.take(), "latin1"));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return answering;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Begins with the first of these; after the last one, all requests get that one. */
  answerWith(answers: readonly string[]): void {
    this.answers = answers;
    this.next = 0;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, "close");
  }

  private take(): string {
    const last = this.answers.length - 1;
    return this.answers[Math.min(this.next++, last)] ?? "";
  }
}

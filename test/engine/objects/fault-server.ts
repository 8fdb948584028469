import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import tls from "node:tls";
import type { BucketAddress } from "../../../src/model/target/target.ts";

/** One request as it came in. */
interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Which connection it came on, and which request of the server it is; both from 0. */
  readonly connection: number;
  readonly index: number;
}

/** Answers on the bare socket, so that it can do what no HTTP library lets a server do. */
export type RawHandler = (request: RawRequest, socket: Socket) => void;

export interface FaultServer extends AsyncDisposable {
  readonly address: BucketAddress;
  readonly requests: readonly RawRequest[];
  readonly connections: number;
}

/** A whole answer with the given body. */
export function answer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string = "",
): Buffer {
  const lines = Object.entries({ "Content-Length": String(Buffer.byteLength(body)), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${head}\r\n`), Buffer.from(body)]);
}

/** The error document of S3. */
export function refusal(code: string, more = ""): string {
  const fields = `<Code>${code}</Code><Message>as told</Message>${more}`;
  return `<?xml version="1.0"?>\n<Error>${fields}</Error>`;
}

export async function startFaultServer(
  handler: RawHandler,
  certificate: tls.TlsOptions | null = null,
): Promise<FaultServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const accept = (socket: Socket): void => {
    const connection = connections++;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    let seen = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      seen = Buffer.concat([seen, bytes]);
      for (let taken = takeRequest(seen); taken !== null; taken = takeRequest(seen)) {
        seen = seen.subarray(taken.length);
        const request = { ...taken.request, connection, index: requests.length };
        requests.push(request);
        handler(request, socket);
      }
    });
  };
  const server =
    certificate === null
      ? createServer({ noDelay: true }, accept)
      : tls.createServer(certificate, accept);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const where = server.address();
  const port = typeof where === "object" && where !== null ? where.port : 0;
  const scheme = certificate === null ? "http" : "https";
  return {
    address: {
      endpoint: `${scheme}://127.0.0.1:${port}`,
      region: "us-east-1",
      bucket: "assay",
      prefix: "",
      pathStyle: true,
    },
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The first request in the bytes, and its length; null while it is not all there. */
function takeRequest(bytes: Buffer) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = end + 4 + Number(headers["content-length"] ?? 0);
  if (bytes.length < length) return null;
  const body = Buffer.from(bytes.subarray(end + 4, length));
  return { length, request: { method, target, headers, body } };
}

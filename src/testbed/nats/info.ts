import { connect } from "node:net";
import { z } from "zod";

const TIMEOUT_MS = 2_000;
const MAX_LINE_BYTES = 65_536;

const infoSchema = z.object({ server_name: z.string(), version: z.string() });

/** First line of a nats-server to every client, before TLS and credentials. */
export type NatsInfo = z.infer<typeof infoSchema>;

/** Reads the first line of a nats-server; null if none is there. */
export function readInfo(host: string, port: number): Promise<NatsInfo | null> {
  return new Promise((resolve) => {
    let line = "";
    const socket = connect({ host, port, timeout: TIMEOUT_MS }).setEncoding("latin1");
    const end = (info: NatsInfo | null) => {
      socket.destroy();
      resolve(info);
    };
    socket.on("data", (chunk) => {
      line += String(chunk);
      if (line.includes("\n") || line.length > MAX_LINE_BYTES) end(parse(line));
    });
    socket.on("timeout", () => end(null));
    socket.on("error", () => end(null));
    socket.on("close", () => end(null));
  });
}

function parse(line: string): NatsInfo | null {
  const json = /^INFO (\{.*\})\s*\n/.exec(line)?.[1];
  if (json === undefined) return null;
  try {
    return infoSchema.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

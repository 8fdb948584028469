import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { startMoto } from "../scripts/moto.ts";
import { startMinio } from "../src/testbed/minio/minio.ts";

/** Servers that all test files share; each starts on its first use. */
const SERVERS = {
  /** The endpoint that the environment names, or a MinIO. */
  named: () => startMinio({ log }),
  minio: () => startMinio({ log, own: true, domain: "localhost" }),
  /** Serves HTTPS with a self-signed certificate. */
  minioTls: () => startMinio({ log, own: true, tls: true }),
  moto: () => startMoto(),
};

export type ServerName = keyof typeof SERVERS;

/** Description of a started server. */
export type Started<Name extends ServerName> = Awaited<ReturnType<(typeof SERVERS)[Name]>>;

declare module "vitest" {
  interface ProvidedContext {
    /** URL at which `GET /<name>` starts a server and describes it as JSON. */
    servers: string;
  }
}

/** For Vitest's `globalSetup`: returns a function that stops all servers. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = new Map<ServerName, ReturnType<(typeof SERVERS)[ServerName]>>();
  const broker = createServer(async (request, response) => {
    const name = (request.url ?? "").slice(1) as ServerName;
    const server = started.get(name) ?? SERVERS[name]();
    started.set(name, server);
    response.end(JSON.stringify(await server));
  });
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
  const { port } = broker.address() as AddressInfo;
  project.provide("servers", `http://127.0.0.1:${port}`);
  return async () => {
    broker.closeAllConnections();
    broker.close();
    for (const server of await Promise.all(started.values())) {
      if ("stop" in server) await server.stop();
    }
  };
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy on the loopback. */
export interface Proxy {
  /** URL of the server through the proxy. */
  readonly url: string;
  /** Breaks all connections; new ones pass. */
  cut(): void;
  /** Keeps the present connections open, but they pass nothing in either direction. */
  freeze(): void;
  /** New connections are closed immediately. */
  refuse(): void;
  /** New connections pass again. */
  admit(): void;
  close(): void;
}

/** Starts a proxy to a server. `replacement`: of a text that the server sends. */
export async function startProxy(
  url: string,
  [text, instead]: readonly [string, string] = ["", ""],
): Promise<Proxy> {
  const { hostname, port, protocol } = new URL(url);
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let refuses = false;
  const server = createServer((client) => {
    if (refuses) {
      client.resetAndDestroy();
      return;
    }
    const target = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay();
      one.on("data", (bytes) => {
        if (frozen.has(one)) return;
        if (one === client || text === "") other.write(bytes);
        else other.write(bytes.toString("latin1").replaceAll(text, instead), "latin1");
      });
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  const cut = (): void => {
    for (const one of sockets) one.resetAndDestroy();
  };
  return {
    url: `${protocol}//127.0.0.1:${own}`,
    cut,
    freeze() {
      for (const one of sockets) frozen.add(one);
    },
    refuse() {
      refuses = true;
    },
    admit() {
      refuses = false;
    },
    close() {
      server.close();
      cut();
    },
  };
}

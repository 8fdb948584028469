/**
 * Provides a throw-away nats-server for tests and small runs. This file finds or builds the program
 * and checks the options, `server.ts` starts it, and `config.ts` makes its configuration file.
 * `info.ts` waits for its first line, and `addresses.ts` finds the names of this host.
 */

import { UsageError } from "../../model/fault/errors.ts";
import { isLoopbackHost } from "../../model/target/amazon.ts";
import {
  findBinary,
  foundBinary,
  type GoProgram,
  type Log,
  type Unavailable,
} from "../program/program.ts";
import { startOnReservedPort } from "../program/start.ts";
import { addressesOf } from "./addresses.ts";
import type { NatsUser } from "./config.ts";
import { type NatsServer, type ServerOptions, startServer } from "./server.ts";

/** The server in a version without known security holes. */
export const NATS_PROGRAM: GoProgram = {
  title: "nats-server",
  name: "nats-server",
  module: "github.com/nats-io/nats-server/v2",
  version: "v2.15.2",
  takes: "about a minute",
};

const LOOPBACK = "127.0.0.1";

/** Options to start a nats-server. */
export interface NatsOptions {
  /** Users; all others are refused. */
  readonly users: readonly NatsUser[];
  /** Require TLS, with a self-signed certificate. */
  readonly tls?: boolean;
  /** Address to listen on, `0.0.0.0` for all (default: 127.0.0.1); off the loopback: with TLS. */
  readonly listen?: string;
  /** Port (default: a reserved one). */
  readonly port?: number;
  /** Further names or addresses of this host; the first one is in the URL. */
  readonly names?: readonly string[];
  /** Path of the program (default: from PATH or cache, or built). */
  readonly binary?: string;
  /** Whether to build it with Go if it is missing (default: true). */
  readonly builds?: boolean;
  /** Logs progress and problems, without secrets. */
  readonly log?: Log;
  /** Aborts a build. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a nats-server with JetStream in a temporary directory. It ends with `stop`, and also if
 * this process is killed.
 * @throws UsageError for invalid names, or an address off the loopback without TLS
 */
export async function startNats(options: NatsOptions): Promise<NatsServer | Unavailable> {
  const { users, tls = false, listen = LOOPBACK, names = [] } = options;
  const addresses = addressesOf(listen, names);
  if (!tls && !isLoopbackHost(listen)) {
    throw new UsageError(
      `a nats-server on ${listen} without TLS would show passwords and data to the network; ` +
        "use TLS, or listen on 127.0.0.1",
    );
  }
  const binary = options.binary ?? (await findProgram(options));
  if (binary === null) {
    return {
      unavailable:
        "there is no nats-server: install `nats-server`, or Go (which builds it in a minute)",
    };
  }
  const server: Omit<ServerOptions, "port"> = { binary, users, tls, listen, addresses };
  const { port } = options;
  const started =
    port === undefined
      ? await startOnReservedPort((reserved) => startServer({ ...server, port: reserved }))
      : await startServer({ ...server, port });
  if ("failed" in started) return { unavailable: `nats-server did not start: ${started.failed}` };
  return started;
}

function findProgram({ builds = true, log = () => {}, signal }: NatsOptions) {
  if (!builds) return foundBinary(NATS_PROGRAM, process.env);
  return findBinary(NATS_PROGRAM, process.env, log, signal);
}

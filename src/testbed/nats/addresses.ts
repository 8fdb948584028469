import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { UsageError } from "../../model/fault/errors.ts";

const LOOPBACK = ["127.0.0.1", "localhost"];
const NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** Names and addresses of a server. */
export interface Addresses {
  /** Names and addresses in its certificate. */
  readonly certified: readonly string[];
  /** Hosts of its URLs, the best one first. */
  readonly reached: readonly string[];
  /** Address of this host that the server listens on. */
  readonly local: string;
}

/**
 * Names of a server that listens on an address, or on all (`0.0.0.0`, `::`). Names that the user
 * gives come first. @throws UsageError for an invalid name or address
 */
export function addressesOf(listen: string, names: readonly string[]): Addresses {
  if (isIP(listen) === 0 && listen !== "localhost") {
    throw new UsageError(
      `"${listen}" is not an IP address to listen on; use an address of this host, or 0.0.0.0 ` +
        "for all",
    );
  }
  for (const name of names) {
    if (isIP(name) === 0 && !NAME.test(name)) {
      throw new UsageError(`"${name}" is not the name or address of a host, e.g. nats.internal`);
    }
  }
  const isAll = listen === "0.0.0.0" || listen === "::";
  const own = isAll ? [...externalAddresses(), hostname()] : [listen];
  const reached = [...new Set([...names, ...own.filter((name) => isIP(name) || NAME.test(name))])];
  const local = isAll ? { "0.0.0.0": "127.0.0.1", "::": "::1" }[listen] : listen;
  return { certified: [...new Set([...LOOPBACK, ...reached])], reached, local };
}

/** Addresses of this host outside the loopback, IPv4 first; without link-local ones. */
function externalAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .sort((one, other) => one.family.localeCompare(other.family))
    .map(({ address }) => address);
}

/** URL of a server; addresses of IPv6 are in brackets. */
export function urlOf(tls: boolean, host: string, port: number): string {
  return `${tls ? "tls" : "nats"}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

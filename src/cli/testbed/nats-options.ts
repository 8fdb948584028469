import { isIPv6 } from "node:net";
import { UsageError } from "../../model/fault/errors.ts";
import { isLoopbackHost } from "../../model/target/amazon.ts";
import { text, texts } from "../command.ts";
import { agentCount } from "../hosts/dial-options.ts";

const LOOPBACK = "127.0.0.1";
/** The port that NATS servers usually have, so that firewalls can know it. */
const NATS_PORT = 4222;
const DEFAULT_AGENTS = "8";
/** Maximum number of agents that a server has users for. */
const MAX_USERS = 10_000;

/** A server as the user wants it. */
export interface NatsSettings {
  /** Directory for the credentials. */
  readonly folder: string;
  readonly group: string;
  readonly agents: number;
  readonly listen: string;
  /** Null: a free port. */
  readonly port: number | null;
  readonly names: readonly string[];
  readonly tls: boolean;
}

/** Reads the options of `assay nats`. @throws UsageError */
export async function settingsOf(parsed: Readonly<Record<string, unknown>>): Promise<NatsSettings> {
  const folder = text(parsed, "credentials");
  if (folder === undefined || folder === "") {
    throw new UsageError(
      "--credentials is missing; name a directory for the credentials of coordinator and agents",
    );
  }
  const { addressesOf } = await import("../../testbed/nats/addresses.ts");
  const { DEFAULT_GROUP, namesOf } = await import("../../cluster/dial/names.ts");
  const given = endpointOf(text(parsed, "listen") ?? LOOPBACK);
  const names = texts(parsed, "name");
  addressesOf(given.host, names);
  const tls = !isLoopbackHost(given.host);
  if (!tls && names.length > 0) {
    throw new UsageError("--name has no effect on the loopback; add --listen, e.g. 0.0.0.0");
  }
  const group = namesOf(text(parsed, "group") ?? DEFAULT_GROUP).group;
  const agents = agentCount(text(parsed, "agents") ?? DEFAULT_AGENTS, MAX_USERS);
  const port = given.port ?? (tls ? NATS_PORT : null);
  return { folder, group, agents, listen: given.host, port, names, tls };
}

/** Splits `10.0.0.5:4222`, `10.0.0.5`, `::1` and `[::1]:4222`. */
function endpointOf(given: string): { readonly host: string; readonly port: number | null } {
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(given) ?? [];
  if (isIPv6(given)) return { host: given, port: null };
  const host = bracketed ?? plain ?? "";
  const port = digits === undefined ? null : Number(digits);
  if (host !== "" && (port === null || (port >= 1 && port <= 65_535))) return { host, port };
  throw new UsageError(
    `--listen: expected an address, or an address and a port such as 10.0.0.5:4222, got ${given}`,
  );
}

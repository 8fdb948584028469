import { readFile } from "node:fs/promises";
import { parseUrls, type ServerAddress } from "../../cluster/dial/connection.ts";
import type { Credentials } from "../../cluster/dial/credentials.ts";
import { DEFAULT_GROUP, type GroupNames, namesOf } from "../../cluster/dial/names.ts";
import { messageOf, UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";

/** Values of options about a server; null: not given. */
export interface ServerOptions {
  readonly nats: string | null;
  readonly ca: string | null;
  readonly group: string | null;
}

/**
 * Returns the server and the group of a command: options come before values of the credentials.
 * @throws UsageError without a server, or for an invalid value
 */
export async function serverOf(
  { nats, ca, group }: ServerOptions,
  credentials: Credentials | null,
): Promise<{ readonly address: ServerAddress; readonly names: GroupNames }> {
  const url = nats ?? credentials?.url ?? null;
  if (url === null) {
    throw new UsageError(
      "no NATS server: the credentials name none; add it, e.g. --nats tls://nats.internal:4222",
    );
  }
  return {
    address: { urls: parseUrls(url), ca: ca === null ? (credentials?.ca ?? null) : await pem(ca) },
    names: namesOf(group ?? credentials?.group ?? DEFAULT_GROUP),
  };
}

async function pem(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    throw new Error("it has no certificate in PEM form");
  } catch (error) {
    throw new UsageError(`--nats-ca: cannot read ${printable(path)}: ${messageOf(error)}`);
  }
}

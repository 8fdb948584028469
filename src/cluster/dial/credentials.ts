import { readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { isatty } from "node:tty";
import { z } from "zod";
import { messageOf, UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";
import type { AgentLogin } from "./agent.ts";
import type { Login } from "./connection.ts";
import { COORDINATOR } from "./users.ts";

/** Variable with the text of a credentials file, for containers that get secrets so. */
export const CREDENTIALS_VARIABLE = "ASSAY_NATS_CREDENTIALS";

const MAX_BYTES = 100_000;

const text = z.string().min(1).max(50_000);
const secret = z.string().min(20).max(500);

const meeting = {
  url: text.optional(),
  group: text.optional(),
  ca: text.optional(),
  agents: z.int().min(1).max(10_000).optional(),
};

const schema = z.union([
  z.strictObject({ ...meeting, secret, coordinator: secret.optional() }),
  z.strictObject({ ...meeting, user: text, password: text }),
]);

/** Server and group at which coordinator and agents meet. */
export interface MeetingPlace {
  /** Values that the command line may have, too; null: not in the file. */
  readonly url: string | null;
  readonly group: string | null;
  readonly ca: string | null;
  /** Number of agents that the server has users for; null: unknown. */
  readonly agents: number | null;
}

/** Contents of a credentials file. */
export interface Credentials extends MeetingPlace {
  readonly login: NatsSecret;
}

/**
 * `group`: users of a server for one group, made by assay. `account`: one user of a server, which
 * coordinator and agents share.
 */
export type NatsSecret =
  | { readonly kind: "group"; readonly secret: string; readonly coordinator: string | null }
  | { readonly kind: "account"; readonly login: Login };

/**
 * Reads the credentials that an option names: a file, or `-` for standard input. Without it, those
 * in the environment; null without these.
 * @throws UsageError if they cannot be read, are invalid, or other users can read the file
 */
export async function readCredentials(
  path: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | null> {
  const { [CREDENTIALS_VARIABLE]: variable } = env;
  if (path === "-") return parseCredentials(await readStdin(), "standard input");
  if (path !== undefined) return parseCredentials(await readSecret(path), printable(path));
  return variable === undefined ? null : parseCredentials(variable, CREDENTIALS_VARIABLE);
}

/**
 * Text of a credentials file, as {@link parseCredentials} reads it. `coordinator`: secret of the
 * coordinator, which the file of the agents does not have.
 */
export function credentialsText(
  { url, group, agents, ca }: MeetingPlace,
  secret: string,
  coordinator: string | null = null,
): string {
  const values = Object.entries({ url, group, agents, secret, coordinator, ca });
  const known = values.filter(([, value]) => value !== null);
  return `${JSON.stringify(Object.fromEntries(known))}\n`;
}

/** Parses the text of a credentials file. `from`: its name in errors, which never repeat it. */
export function parseCredentials(given: string, from: string): Credentials {
  if (given.includes("-----BEGIN NATS USER JWT-----")) {
    const login = { kind: "creds", text: given } as const;
    return { url: null, group: null, ca: null, agents: null, login: { kind: "account", login } };
  }
  const parsed = schema.safeParse(jsonOf(given));
  if (!parsed.success) {
    throw new UsageError(
      `credentials in ${from}: expected JSON with "secret", or with "user" and "password", and ` +
        'optionally "url", "group" and "ca", or a .creds file of NATS',
    );
  }
  const { url = null, group = null, ca = null, agents = null } = parsed.data;
  return { url, group, ca, agents, login: secretOf(parsed.data) };
}

function secretOf(data: z.output<typeof schema>): NatsSecret {
  if ("secret" in data) {
    return { kind: "group", secret: data.secret, coordinator: data.coordinator ?? null };
  }
  const login = { kind: "password", user: data.user, password: data.password } as const;
  return { kind: "account", login };
}

/** Login of an agent. */
export function agentLogin(credentials: NatsSecret | null): AgentLogin {
  if (credentials === null) return { kind: "none" };
  if (credentials.kind === "account") return credentials.login;
  return { kind: "group", secret: credentials.secret };
}

/** Login of the coordinator. @throws UsageError if the credentials are those of agents */
export function coordinatorLogin(credentials: NatsSecret | null): Login {
  if (credentials === null) return { kind: "none" };
  if (credentials.kind === "account") return credentials.login;
  if (credentials.coordinator !== null) {
    return { kind: "password", user: COORDINATOR, password: credentials.coordinator };
  }
  throw new UsageError(
    "--nats-credentials: these are the credentials of agents; the coordinator needs the file " +
      "with `coordinator`, such as coordinator.json of `assay nats`",
  );
}

/** Reads a file that only its owner can read; as with keys of ssh, only one's own is checked. */
async function readSecret(path: string): Promise<string> {
  try {
    const { mode, uid, size } = await stat(path);
    if (uid === userInfo().uid && (mode & 0o077) !== 0) {
      throw new UsageError(
        `--nats-credentials: other users can read or change ${printable(path)}; protect it with ` +
          `\`chmod 600\``,
      );
    }
    if (size > MAX_BYTES) throw new Error(`has more than ${MAX_BYTES} bytes`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--nats-credentials: cannot read ${printable(path)}: ${messageOf(error)}`);
  }
}

async function readStdin(): Promise<string> {
  if (isatty(0)) {
    throw new UsageError(
      "--nats-credentials -: standard input is a terminal; pipe the credentials to it",
    );
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of process.stdin) {
    parts.push(part);
    bytes += part.length;
    if (bytes > MAX_BYTES) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

function jsonOf(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return null;
  }
}

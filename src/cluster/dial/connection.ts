/**
 * Hosts that dial in: the coordinator and the agents connect to one NATS server, and nothing of
 * assay listens. `connection.ts` (this file) connects, `names.ts` has the subjects and `users.ts`
 * who may use them. `pipe.ts` is an ordered stream of messages that the server acknowledges and
 * keeps. `hall.ts` is the coordinator's side, where agents get their ranks; `agent.ts` the other.
 */
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { NatsConnection } from "@nats-io/transport-node";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import { printable } from "../../model/printable.ts";
import { isLoopbackHost } from "../../model/target/amazon.ts";
import { inboxOf } from "./names.ts";

/** How to log in to a server. */
export type Login =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  /** Text of a `.creds` file of NATS, with a JWT and its key. */
  | { readonly kind: "creds"; readonly text: string }
  | { readonly kind: "none" };

/** A server, and how to reach it. */
export interface ServerAddress {
  /** `nats://host:port` or `tls://host:port`; several are one cluster. */
  readonly urls: readonly string[];
  /** Certificate that signs the server's, PEM; null: one of the well-known authorities. */
  readonly ca: string | null;
}

export interface ConnectOptions extends ServerAddress {
  readonly login: Login;
  /** Time for the first connection, milliseconds; attempts are repeated. */
  readonly withinMs: number;
  /** Name that the server lists. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

const RETRY_MS = 250;
const ATTEMPT_MS = 5000;

/** Host of a URL; an address of IPv6 without brackets. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Reads the value of `--nats`: one URL or several with a comma between them.
 * @throws UsageError for an invalid URL, one with a password, or one without TLS to another host
 */
export function parseUrls(text: string): readonly string[] {
  const urls = text.split(",").map((part) => part.trim());
  for (const one of urls) {
    const url = URL.parse(one);
    const shown = printable(one.replace(/^(\w+:\/\/)?.*@/s, "$1…@"));
    if (url === null || !["nats:", "tls:"].includes(url.protocol) || url.hostname === "") {
      throw new UsageError(
        `--nats: expected tls://host:4222 or nats://127.0.0.1:4222, got ${shown}`,
      );
    }
    if (url.username !== "" || url.password !== "") {
      throw new UsageError(
        `--nats: ${shown}: other users of the host can read a command line; put the user and the ` +
          "password into a file for --nats-credentials",
      );
    }
    if (url.protocol === "nats:" && !isLoopbackHost(url.hostname)) {
      throw new UsageError(`--nats: ${shown} is not encrypted; use tls:// for another host`);
    }
  }
  return urls;
}

/**
 * Connects to a server, and repeats it until the time is up. An established connection is renewed
 * as long as the process runs.
 * @throws PreflightError if the server cannot be reached, refuses the login, or has a known hole
 */
export async function connectNats(options: ConnectOptions): Promise<NatsConnection> {
  const { connect, credsAuthenticator } = await loadTransport();
  const { urls, ca, login, name, withinMs, signal } = options;
  const authenticator =
    login.kind === "creds" ? credsAuthenticator(new TextEncoder().encode(login.text)) : undefined;
  const user = login.kind === "password" ? { user: login.user, pass: login.password } : {};
  const untilMs = performance.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const connection = await connect({
        servers: [...urls],
        ...user,
        ...(authenticator === undefined ? {} : { authenticator }),
        ...(needsTls(urls) ? { tls: tlsOptions(urls, ca) } : {}),
        ...(login.kind === "password" ? { inboxPrefix: inboxOf(login.user) } : {}),
        ...{ name, timeout: ATTEMPT_MS, ignoreAuthErrorAbort: false, noEcho: true },
        ...{ maxReconnectAttempts: -1, reconnectTimeWait: 200, reconnectJitter: 50 },
        // A trace of every request would cost more than the request.
        noAsyncTraces: true,
        ...{ pingInterval: 2000, maxPingOut: 2, ignoreClusterUpdates: needsTls(urls) },
      });
      return await accepted(connection, urls);
    } catch (error) {
      if (error instanceof PreflightError) throw error;
      const server = `the NATS server at ${urls.join(", ")}`;
      const problem = finalProblem(error);
      if (problem !== null) throw new PreflightError(`${server} ${problem}`, { cause: error });
      if (performance.now() > untilMs) {
        throw new PreflightError(`${server} cannot be reached: ${reasonOf(error)}`, {
          cause: error,
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/**
 * Options of TLS. The client library passes no name for an address, so that Node would look for
 * `localhost` in the certificate.
 */
function tlsOptions(urls: readonly string[], ca: string | null) {
  const hosts = urls.map(hostOf);
  const check = (name: string, certificate: PeerCertificate): Error | undefined => {
    if (hosts.includes(name)) return checkServerIdentity(name, certificate);
    const problems = hosts
      .filter((host) => isIP(host) !== 0)
      .map((host) => checkServerIdentity(host, certificate));
    return problems.includes(undefined) ? undefined : problems[0];
  };
  return { ...(ca === null ? {} : { ca }), checkServerIdentity: check };
}

/** Base of the subjects on which a user receives responses. */
export function inboxFor(login: Login): string {
  return login.kind === "password" ? inboxOf(login.user) : "_INBOX";
}

function needsTls(urls: readonly string[]): boolean {
  return urls.some((url) => url.startsWith("tls:"));
}

/** Only hosts that dial in need the packages; they cost time to load. */
async function loadTransport() {
  try {
    const transport = await import("@nats-io/transport-node");
    await Promise.all([import("@nats-io/jetstream"), import("@nats-io/kv")]);
    return transport;
  } catch (error) {
    if (codeOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new PreflightError(
      "--nats needs the packages @nats-io/transport-node, @nats-io/jetstream and @nats-io/kv, " +
        "which are not installed; install assay again with `npm ci`",
    );
  }
}

/** Closes the connection and throws if the server has a known hole and others can reach it. */
async function accepted(
  connection: NatsConnection,
  urls: readonly string[],
): Promise<NatsConnection> {
  const { version = "unknown", jetstream, headers } = connection.info ?? {};
  const isPrivate = urls.every((url) => isLoopbackHost(hostOf(url)));
  const problem =
    jetstream !== true || headers !== true
      ? "has no JetStream; start it with -js, or with jetstream {} in its configuration"
      : isPrivate || isSafe(version)
        ? null
        : `is version ${printable(version)}, which has known security holes; use 2.11.16 or ` +
          "newer (of 2.12: 2.12.7 or newer)";
  if (problem === null) return connection;
  await connection.close();
  throw new PreflightError(`the NATS server at ${urls.join(", ")} ${problem}`);
}

/**
 * Whether a version of nats-server has none of the holes that were published until 2026: older than
 * 2.11.16, and 2.12.0 to 2.12.6, have some.
 */
export function isSafe(version: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(version);
  if (match === null) return false;
  const [major = 0, minor = 0, last = 0] = match.slice(1, 4).map(Number);
  // A preview precedes the version that it names.
  const patch = match[4] === undefined ? last : last - 1;
  if (major !== 2) return major > 2;
  if (minor === 11) return patch >= 16;
  if (minor === 12) return patch >= 7;
  return minor > 12;
}

/** Whether {@link connectNats} failed because the server refuses the login. */
export function isRefusedLogin(error: unknown): boolean {
  return error instanceof PreflightError && isLoginError(error.cause);
}

/** Whether the server responds, but refuses this login. */
function isLoginError(error: unknown): boolean {
  return error instanceof Error && /Authorization/i.test(error.name);
}

/** Returns what to do about a server that another attempt cannot reach either; null: try again. */
function finalProblem(error: unknown): string | null {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = String(codeOf(cause) ?? "");
  const reason = messageOf(cause);
  if (isLoginError(error)) {
    return "refused the user; check that the file of --nats-credentials is of this group";
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `has a certificate of another host: ${reason}; use a name that it contains in --nats`;
  }
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return (
      `has a certificate that is not trusted: ${reason}; give that of its authority with ` +
      "--nats-ca"
    );
  }
  if (/does not support 'tls'/.test(reason)) {
    return "does not offer TLS; configure it with a certificate, or use nats:// on its own host";
  }
  return null;
}

function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}

/** A user of a server, with the subjects that it may use. */
export interface NatsUser {
  readonly user: string;
  readonly password: string;
  /** Subjects that it may publish to; empty: none. */
  readonly publish: readonly string[];
  /** Subjects that it may subscribe to; empty: none. */
  readonly subscribe: readonly string[];
  /** Whether it may also answer a request, on the reply subject of the request. */
  readonly responds?: boolean;
}

/** Values of a configuration file. */
export interface NatsConfig {
  /** Name that the server gives to its clients. */
  readonly name: string;
  /** Address that the server listens on. */
  readonly host: string;
  readonly port: number;
  /** Directory of JetStream, on the server. */
  readonly storeDir: string;
  /** Files of the certificate, on the server; null: without TLS. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly users: readonly NatsUser[];
}

/** Maximum size of a message: the server's default, fixed because assay relies on it. */
const MAX_PAYLOAD_BYTES = 1_048_576;

/** Deadline of a handshake in seconds; many agents connect in the same second to a busy host. */
const HANDSHAKE_SECONDS = 20;

/**
 * Configuration of a nats-server with JetStream and these users only. It has passwords, so its file
 * needs mode 0600. There is no monitoring port, because it would list all connections.
 */
export function natsConfig({ name, host, port, storeDir, tls, users }: NatsConfig): string {
  return [
    `server_name: ${text(name)}`,
    `host: ${text(host)}`,
    `port: ${port}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${text(storeDir)} }`,
    ...(tls === null ? [] : tlsLines(tls)),
    "authorization {",
    `  timeout: ${HANDSHAKE_SECONDS}`,
    "  users = [",
    ...users.flatMap(userLines),
    "  ]",
    "}",
    "",
  ].join("\n");
}

function tlsLines({ certFile, keyFile }: NonNullable<NatsConfig["tls"]>): readonly string[] {
  return [
    "tls {",
    `  cert_file: ${text(certFile)}`,
    `  key_file: ${text(keyFile)}`,
    `  timeout: ${HANDSHAKE_SECONDS}`,
    "}",
  ];
}

function userLines(user: NatsUser): readonly string[] {
  return [
    "    {",
    `      user: ${text(user.user)}`,
    `      password: ${text(user.password)}`,
    "      permissions: {",
    `        publish: ${permission(user.publish)}`,
    `        subscribe: ${permission(user.subscribe)}`,
    ...(user.responds === true ? ["        allow_responses: true"] : []),
    "      }",
    "    }",
  ];
}

/** The server takes an empty list for no restriction. */
function permission(subjects: readonly string[]): string {
  if (subjects.length === 0) return `{ deny: [${text(">")}] }`;
  return `{ allow: [${subjects.map(text).join(", ")}] }`;
}

/** Quotes a string. @throws Error for characters that would end it or need an escape */
function text(value: string): string {
  if (!/^[ -~]*$/.test(value) || /["\\]/.test(value)) {
    throw new Error(
      "a value of the NATS configuration has a quote, a backslash or a character beyond ASCII; " +
        "use other users, passwords, subjects and paths",
    );
  }
  return `"${value}"`;
}

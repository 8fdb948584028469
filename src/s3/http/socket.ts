import net from "node:net";
import tls from "node:tls";

/** Where connections go. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Null: no TLS. */
  readonly secure: tls.SecureContext | null;
}

/** Ticks of a connection after which something is given up. */
export interface Deadlines {
  /** For connecting, the TLS handshake included. */
  readonly connectTicks: number;
  /** Without a byte of a body, in either direction; also for a whole head. */
  readonly silenceTicks: number;
}

/** An error of the connection with an errno name. */
export class ConnectionError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Begins to connect. What is read lies in the buffer when the callback is told how many bytes;
 * `false` from it stops reading until the socket is resumed.
 */
export function openSocket(
  destination: Destination,
  buffer: Buffer,
  onRead: (length: number) => boolean,
): net.Socket {
  const { host, port, secure } = destination;
  const options = { host, port, noDelay: true, onread: { buffer, callback: onRead } };
  if (secure === null) return net.connect(options);
  // An address is no server name (RFC 6066), but is looked for in the certificate all the same.
  const servername = net.isIP(host) === 0 ? host : "";
  return tls.connect({ ...options, secureContext: secure, servername });
}

/** Whether an error says no more than that the connection is gone. */
export function codeIsLoss(error: Error): boolean {
  return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

import net from "node:net";
import tls from "node:tls";

/** Destination of connections. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Null: no TLS. */
  readonly secure: tls.SecureContext | null;
}

/** Timeouts of a connection, in ticks. */
export interface Deadlines {
  /** Connecting, TLS handshake included. */
  readonly connectTicks: number;
  /** Silence during a body, in either direction; also the time for a whole head. */
  readonly silenceTicks: number;
}

/** A connection error with an errno name. */
export class ConnectionError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Starts to connect. The callback receives the number of bytes read into the buffer; if it returns
 * `false`, reading stops until the socket is resumed.
 */
export function openSocket(
  destination: Destination,
  buffer: Buffer,
  onRead: (length: number) => boolean,
): net.Socket {
  const { host, port, secure } = destination;
  const options = { host, port, noDelay: true, onread: { buffer, callback: onRead } };
  if (secure === null) return net.connect(options);
  // An IP address is not a valid server name (RFC 6066), but the certificate is checked for it.
  const servername = net.isIP(host) === 0 ? host : "";
  return tls.connect({ ...options, secureContext: secure, servername });
}

/** Whether an error only reports a lost connection. */
export function codeIsLoss(error: Error): boolean {
  return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

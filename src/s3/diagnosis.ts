import net from "node:net";
import tls from "node:tls";
import { PreflightError } from "../model/fault/errors.ts";
import type { BucketAddress } from "../model/target/target.ts";
import { partsOf } from "./endpoint.ts";
import { failureCode, preflightFailure } from "./failure/failure.ts";
import { describeBytes, notS3Sentence } from "./failure/other-server.ts";

/** Timeout for the first bytes of a server. */
const PROBE_MS = 2_000;
/** Failures that a server of another protocol can cause. */
const UNCLEAR = /^(ECONNRESET|EPIPE|EPROTO|ERR_SSL_.*|HPE_.*)$/;

/**
 * Describes why a bucket cannot be used, as `preflightFailure` does. If the connection broke
 * without a response, another one is opened to detect the protocol of the port. Only a TLS
 * handshake or an unsigned `HEAD /` is sent on it.
 */
export async function diagnosedFailure(
  ...failure: Parameters<typeof preflightFailure>
): Promise<PreflightError> {
  const [error, address] = failure;
  if (error instanceof PreflightError || !UNCLEAR.test(failureCode(error))) {
    return preflightFailure(...failure);
  }
  const got = await spokenAt(address);
  if (got === null) return preflightFailure(...failure);
  return new PreflightError(notS3Sentence(address.endpoint ?? "", got));
}

/** Detects another protocol than the scheme's at the port of an endpoint; null if it cannot. */
async function spokenAt({ endpoint }: BucketAddress): Promise<string | null> {
  const url = endpoint === undefined ? null : URL.parse(endpoint);
  if (url === null) return null;
  const { hostname, port, tls: secure } = partsOf(url);
  if (!secure) {
    return (await shakesHands(hostname, port)) ? "TLS; use https://" : null;
  }
  const bytes = await firstBytes(hostname, port);
  if (bytes === null) return null;
  return /^HTTP\/1/.test(bytes.toString("latin1"))
    ? "plain HTTP; use http://"
    : describeBytes(bytes);
}

function shakesHands(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent or trusted: this only detects TLS.
    const socket = tls.connect({ host, port, rejectUnauthorized: false, timeout: PROBE_MS });
    const end = (spoken: boolean) => {
      socket.destroy();
      resolve(spoken);
    };
    setTimeout(() => end(false), PROBE_MS).unref();
    socket.once("secureConnect", () => end(true));
    for (const event of ["error", "timeout", "close"]) socket.once(event, () => end(false));
  });
}

function firstBytes(host: string, port: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: PROBE_MS });
    const end = (bytes: Buffer | null) => {
      socket.destroy();
      resolve(bytes);
    };
    socket.once("connect", () =>
      socket.write("HEAD / HTTP/1.1\r\nHost: s3\r\nConnection: close\r\n\r\n"),
    );
    socket.once("data", (bytes: Buffer) => end(bytes));
    for (const event of ["error", "timeout", "close"]) socket.once(event, () => end(null));
  });
}

import net from "node:net";
import tls from "node:tls";
import { PreflightError } from "../model/fault/errors.ts";
import type { BucketAddress } from "../model/target/target.ts";
import { partsOf } from "./endpoint.ts";
import { failureCode, preflightFailure } from "./failure/failure.ts";
import { describeBytes, notS3Sentence } from "./failure/other-server.ts";

/** A server that says nothing for this long is not asked any longer. */
const PROBE_MS = 2_000;
/** Failures that another protocol at the port explains. */
const UNCLEAR = /^(ECONNRESET|EPIPE|EPROTO|ERR_SSL_.*|HPE_.*)$/;

/**
 * The sentence for a bucket that cannot be used, as `preflightFailure` has it. If the connection
 * broke without a word, one more is opened to tell which protocol the port speaks; nothing but a
 * TLS handshake or an unsigned `HEAD /` is sent on it.
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

/** What the port of an endpoint speaks in place of its scheme; null if that does not show. */
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
    // Nothing is sent or believed: only whether there is TLS at all.
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

import { ContractError } from "../contract/contract.ts";
import { locationOf } from "../contract/values.ts";
import { StoreError } from "../response/error.ts";
import { BROKEN_XML, describeBody } from "../response/not-s3-body.ts";
import { XmlError } from "../response/xml.ts";

/** Codes of contract errors that show another kind of server, not a faulty S3 server. */
const OTHER_SERVER: ReadonlySet<string> = new Set(["ENOTS3", "EENCODED", "EPROTO"]);
/** Types of a server's first TLS record, and the major version. */
const TLS_RECORD = { alert: 0x15, handshake: 0x16, version: 3 } as const;

/** Describes a server that is not an S3 server, as a noun; null if it may be one. */
export function otherServer(error: unknown): string | null {
  if (error instanceof ContractError) {
    return OTHER_SERVER.has(error.code) ? (error.got ?? error.message) : null;
  }
  if (error instanceof StoreError) return ofRefusal(error);
  if (error instanceof XmlError) return BROKEN_XML;
  const bytes = firstBytes(error);
  return bytes === null ? null : describeBytes(bytes);
}

/** Describes the first bytes of a connection that are not HTTP. */
export function describeBytes(bytes: Buffer): string {
  const text = bytes.toString("latin1", 0, 512);
  const { alert, handshake, version } = TLS_RECORD;
  if ((bytes[0] === alert || bytes[0] === handshake) && bytes[1] === version)
    return "TLS; use https://";
  const banner = /^SSH-[\d.]{1,5}-[\w.]{1,40}/.exec(text);
  if (banner !== null) return `an SSH server: ${banner[0]}`;
  return describeBody("", bytes.toString("utf8", 0, 512));
}

/** Message for an endpoint that is not an S3 server. */
export function notS3Sentence(endpoint: string, got: string): string {
  return (
    `${endpoint} does not respond as an S3 server (${got}); ` +
    "check http or https, and the host and port of the endpoint"
  );
}

/** Describes a redirect or page that is not from S3; a gateway error (5xx) may be temporary. */
function ofRefusal({ status, page, name, headers }: StoreError): string | null {
  if (status >= 500 || name !== "Unknown") return null;
  const url = status < 400 ? locationOf(headers.location, "http://invalid") : null;
  if (url !== null && url.hostname !== "invalid") return `${status}, a redirect to ${url.origin}`;
  if (url !== null) return `${status}, a redirect to ${url.pathname.slice(0, 60)}`;
  return page === null ? null : `${status}, ${page}`;
}

/** Bytes that Node's parser could not read; null if it kept none. */
function firstBytes(error: unknown): Buffer | null {
  if (!(error instanceof Error) || !("rawPacket" in error)) return null;
  return Buffer.isBuffer(error.rawPacket) ? error.rawPacket : null;
}

import { explain, isHostLimit } from "../../model/fault/system-error.ts";

/** Reason and remedy for an unreachable endpoint, by error code. */
const UNREACHABLE: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ECONNREFUSED: ["nothing listens there", "check its host and port"],
  ENOTFOUND: ["its host name is unknown", "correct the name, or check the DNS server"],
  EAI_NONAME: ["its host name is unknown", "correct the name, or check the DNS server"],
  EAI_NODATA: ["its host name has no address", "correct the name, or check the DNS server"],
  EAI_AGAIN: ["the DNS server did not respond", "check the network and /etc/resolv.conf"],
  EAI_FAIL: ["the DNS server reported a failure", "check the network and /etc/resolv.conf"],
  EAI_MEMORY: ["its host name could not be resolved for lack of memory", "free some memory"],
  ESERVFAIL: ["the DNS server reported a failure", "check the network and /etc/resolv.conf"],
  ETIMEDOUT: ["it did not respond in time", "check the endpoint, the network and its firewalls"],
  ECONNRESET: ["it closed the connection", "check the endpoint and the network"],
  ECONNABORTED: ["the connection was cut", "check the endpoint and the network"],
  EPIPE: ["it closed the connection", "check the endpoint and the network"],
  EHOSTUNREACH: ["there is no route to it", "check the endpoint and the network"],
  EHOSTDOWN: ["its host is down", "check the endpoint and the network"],
  ENETUNREACH: ["there is no route to it", "check the endpoint and the network"],
  ENETDOWN: ["the network of this host is down", "check the network"],
  EACCES: ["this host's firewall forbids it", "check its rules (`iptables -L`)"],
  EPERM: ["this host's firewall forbids it", "check its rules (`iptables -L`)"],
  EAFNOSUPPORT: ["this host has no IPv6 address", "use an IPv4 address"],
};

/** Reason and remedy for a rejected certificate, by OpenSSL's code. */
const CERTIFICATES: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ["is self-signed", "set `ca` to it"],
  SELF_SIGNED_CERT_IN_CHAIN: [
    "is signed by an authority that this host does not trust",
    "set `ca` to the certificate of its authority",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "is not trusted: its authority is unknown, or the server does not send the intermediate " +
      "certificate",
    "set `ca` to the certificate of its authority",
  ],
  UNABLE_TO_GET_ISSUER_CERT: [
    "is not trusted: its authority is unknown",
    "set `ca` to the certificate of its authority",
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    "is not trusted: its authority is unknown",
    "set `ca` to the certificate of its authority",
  ],
  CERT_HAS_EXPIRED: ["has expired", "renew it on the server, or correct the clock of this host"],
  CERT_NOT_YET_VALID: ["is not valid yet", "correct the clock of this host, or of its issuer"],
  CERT_REVOKED: ["was revoked", "replace it on the server"],
  CERT_REJECTED: ["was rejected", "replace it on the server"],
  CERT_UNTRUSTED: ["is not trusted", "set `ca` to the certificate of its authority"],
  CERT_SIGNATURE_FAILURE: [
    "has a signature that is not from its authority",
    "set `ca` to the certificate of its current authority",
  ],
  CERT_CHAIN_TOO_LONG: ["has too many authorities above it", "replace it on the server"],
  INVALID_CA: [
    "is signed by a certificate that is not an authority",
    "set `ca` to the certificate of its authority",
  ],
  INVALID_PURPOSE: ["is not for servers", "replace it on the server"],
  PATH_LENGTH_EXCEEDED: ["has too many authorities above it", "replace it on the server"],
  EE_KEY_TOO_SMALL: ["has a key that is too small", "replace it on the server"],
  CA_MD_TOO_WEAK: ["has a signature that is too weak", "replace it on the server"],
};

/** Reason and remedy for other failures of the TLS handshake. */
const HANDSHAKE: readonly (readonly [sign: RegExp, why: string, remedy: string])[] = [
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE/,
    "has no TLS version in common with this host (TLS 1.2 or 1.3)",
    "enable one of them on the server",
  ],
  [
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|PEER_DID_NOT_RETURN/,
    "requires a client certificate, which assay does not send",
    "use an endpoint without client certificates",
  ],
  [
    /HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY|DH_KEY_TOO_SMALL/,
    "has no TLS cipher in common with this host, or requires a client certificate",
    "enable a current cipher on the server",
  ],
  [/UNRECOGNIZED_NAME/, "has no certificate for its host name", "correct the host name"],
];

/** Characters of a certificate's names in a message. */
const MAX_NAMES = 300;

/** The address of a failed connection, for a message. */
export interface Reached {
  /** `https://s3.example:9000`, or the description of a region's endpoint. */
  readonly endpoint: string;
  /** File of the certificate authority; undefined without one. */
  readonly caPath?: string | undefined;
}

/**
 * Describes a failure before any response: limits of this host, name lookup, connection, TLS.
 * Null for any other code.
 */
export function networkFailure(code: string, error: unknown, reached: Reached): string | null {
  const { endpoint } = reached;
  if (isHostLimit(code)) {
    return `cannot reach ${endpoint}: a limit of this host is reached: ${explain(code)}`;
  }
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined) {
    const [why, remedy] = unreachable;
    return `cannot reach ${endpoint}: ${why} (${code}); ${remedy}`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return otherName(error, reached);
  const certificate = CERTIFICATES[code];
  if (certificate !== undefined) {
    const [why, remedy] = certificate;
    const needsAuthority = remedy.includes("`ca`");
    const signs = reached.caPath === undefined || !needsAuthority;
    const named = signs ? "" : `, and ${reached.caPath} does not sign it`;
    return `the TLS certificate of ${endpoint} ${why} (${code})${named}; ${remedy}`;
  }
  if (code !== "EPROTO" && !/^ERR_(SSL|TLS)_/.test(code)) return null;
  // OpenSSL's code may only be in the message.
  const text = error instanceof Error ? error.message.toUpperCase().replaceAll(" ", "_") : "";
  const handshake = HANDSHAKE.find(([sign]) => sign.test(code) || sign.test(text));
  if (handshake === undefined) return null;
  return `${endpoint} ${handshake[1]} (${code}); ${handshake[2]}`;
}

/** Describes a certificate for other names; Node's error has the certificate. */
function otherName(error: unknown, { endpoint }: Reached): string {
  const cert = error instanceof Error && "cert" in error ? error.cert : null;
  const named = typeof cert === "object" && cert !== null && "subjectaltname" in cert;
  const others = named ? String(cert.subjectaltname).slice(0, MAX_NAMES) : "other names";
  return (
    `the TLS certificate of ${endpoint} is for ${others}, not for this host name ` +
    "(ERR_TLS_CERT_ALTNAME_INVALID); use one of these names in the endpoint, or replace the " +
    "certificate"
  );
}

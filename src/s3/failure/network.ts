import { explain, isHostLimit } from "../../model/fault/system-error.ts";

/** Why an endpoint could not be reached, and what to do, by the error's code. */
const UNREACHABLE: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ECONNREFUSED: ["nothing listens there", "check its host and port"],
  ENOTFOUND: ["its host name is not known", "correct the name, or check the DNS server"],
  EAI_NONAME: ["its host name is not known", "correct the name, or check the DNS server"],
  EAI_NODATA: ["its host name has no address", "correct the name, or check the DNS server"],
  EAI_AGAIN: ["the DNS server did not respond", "check the network and /etc/resolv.conf"],
  EAI_FAIL: ["the DNS server reported a failure", "check the network and /etc/resolv.conf"],
  EAI_MEMORY: ["its host name could not be looked up for lack of memory", "free some memory"],
  ESERVFAIL: ["the DNS server reported a failure", "check the network and /etc/resolv.conf"],
  ETIMEDOUT: ["it did not answer in time", "check the endpoint, the network and its firewalls"],
  ECONNRESET: ["it closed the connection", "check the endpoint and the network"],
  ECONNABORTED: ["the connection was cut", "check the endpoint and the network"],
  EPIPE: ["it closed the connection", "check the endpoint and the network"],
  EHOSTUNREACH: ["there is no route to it", "check the endpoint and the network"],
  EHOSTDOWN: ["its host is down", "check the endpoint and the network"],
  ENETUNREACH: ["there is no route to it", "check the endpoint and the network"],
  ENETDOWN: ["the network of this host is down", "check the network"],
  EACCES: ["this host's firewall forbids it", "check its rules (`iptables -L`)"],
  EPERM: ["this host's firewall forbids it", "check its rules (`iptables -L`)"],
  EAFNOSUPPORT: ["this host has no addresses of that kind", "use an IPv4 address"],
};

/** Why the certificate of an endpoint was refused, and what to do, by OpenSSL's name for it. */
const CERTIFICATES: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ["is self-signed", "name it as `ca`"],
  SELF_SIGNED_CERT_IN_CHAIN: [
    "is signed by an authority that this host does not know",
    "name the certificate of its authority as `ca`",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "is not trusted: its authority is not known, or the server does not send the certificate " +
      "between them",
    "name the certificate of its authority as `ca`",
  ],
  UNABLE_TO_GET_ISSUER_CERT: [
    "is not trusted: its authority is not known",
    "name the certificate of its authority as `ca`",
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    "is not trusted: its authority is not known",
    "name the certificate of its authority as `ca`",
  ],
  CERT_HAS_EXPIRED: ["has expired", "renew it on the server, or correct the clock of this host"],
  CERT_NOT_YET_VALID: [
    "is not valid yet",
    "correct the clock of this host, or of the one that issued it",
  ],
  CERT_REVOKED: ["was revoked", "replace it on the server"],
  CERT_REJECTED: ["was rejected", "replace it on the server"],
  CERT_UNTRUSTED: ["is not trusted", "name the certificate of its authority as `ca`"],
  CERT_SIGNATURE_FAILURE: [
    "has a signature that its authority did not make",
    "name the certificate of its present authority as `ca`",
  ],
  CERT_CHAIN_TOO_LONG: ["has too many authorities above it", "replace it on the server"],
  INVALID_CA: [
    "is signed by a certificate that is no authority",
    "name the certificate of its authority as `ca`",
  ],
  INVALID_PURPOSE: ["is not for servers", "replace it on the server"],
  PATH_LENGTH_EXCEEDED: ["has too many authorities above it", "replace it on the server"],
  EE_KEY_TOO_SMALL: ["has a key that is too small", "replace it on the server"],
  CA_MD_TOO_WEAK: ["has a signature that is too weak", "replace it on the server"],
};

/** Failures of the TLS handshake that are no certificate's. */
const HANDSHAKE: readonly (readonly [sign: RegExp, why: string, remedy: string])[] = [
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE/,
    "has no TLS version in common with this host (TLS 1.2 or 1.3)",
    "enable one of them on the server",
  ],
  [
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|PEER_DID_NOT_RETURN/,
    "demands a certificate from its clients, which assay does not send",
    "use an endpoint that does not",
  ],
  [
    /HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY|DH_KEY_TOO_SMALL/,
    "has no TLS cipher in common with this host, or demands a client certificate",
    "enable a current cipher on the server",
  ],
  [/UNRECOGNIZED_NAME/, "has no certificate for its host name", "correct the host name"],
];

/** Characters of a certificate's names that a sentence repeats. */
const MAX_NAMES = 300;

/** The address of a failed connection, for a sentence. */
export interface Reached {
  /** `https://store:9000`, or a region's endpoint in words. */
  readonly endpoint: string;
  /** File of the authority that was named. */
  readonly caPath?: string | undefined;
}

/**
 * The sentence for a failure on the way to a store, before it answered anything: this host's
 * limits, name lookup, connection, TLS; null for any other code.
 */
export function networkFailure(code: string, error: unknown, reached: Reached): string | null {
  const { endpoint } = reached;
  if (isHostLimit(code)) {
    return `cannot reach ${endpoint}: a limit of this host was reached: ${explain(code)}`;
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
  // OpenSSL's own name of the failure may be in the text alone.
  const text = error instanceof Error ? error.message.toUpperCase().replaceAll(" ", "_") : "";
  const handshake = HANDSHAKE.find(([sign]) => sign.test(code) || sign.test(text));
  if (handshake === undefined) return null;
  return `${endpoint} ${handshake[1]} (${code}); ${handshake[2]}`;
}

/** The certificate is for other names; Node's error has the certificate. */
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

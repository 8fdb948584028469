import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isAmazonBucket } from "../../model/target/amazon.ts";
import { KIND } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";

/** What an endpoint's name leads to, as far as it speaks against the name. */
export interface Peer {
  readonly mismatch: string | null;
  readonly unknown: string | null;
}

const FINE: Peer = { mismatch: null, unknown: null };
const WITHIN_MS = 2000;

/** Addresses of this machine or of its own link: RFC 1122, 3927, 4291. */
const HERE = /^(0\.|127\.|169\.254\.|::1?$|fe[89ab][0-9a-f]:|::ffff:(0\.|127\.|169\.254\.))/i;
/** Addresses inside a network: RFC 1918, 4193, 6598. */
const PRIVATE = new RegExp(
  "^(::ffff:)?(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|" +
    "100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.|f[cd][0-9a-f]{2}:)",
  "i",
);

/**
 * Looks up a name of Amazon's as connections to it do, with DNS and /etc/hosts. A name that leads
 * to this machine is no endpoint of Amazon's; one that leads into a private network may be an
 * interface endpoint of a VPC. What a public address or a proxy on the way answers for is not seen.
 */
export async function peerOf(
  { kind, address, emulated }: TargetSpec,
  find: (hostname: string) => Promise<readonly string[]> = addressesOf,
): Promise<Peer> {
  if (address.kind !== "bucket" || kind === "minio" || emulated !== undefined) return FINE;
  if (!isAmazonBucket(address)) return FINE;
  const { makeClient } = await import("../../s3/client.ts");
  const { resolveEndpoint } = await import("../../s3/endpoint.ts");
  const client = makeClient({ ...address }, { connections: 1, retries: 0 });
  try {
    const { hostname } = resolveEndpoint(client, address, address.region);
    const found = await find(hostname);
    const here = found.find((one) => HERE.test(one));
    if (here !== undefined) {
      const leads = `${hostname} leads to ${here}, which is not an address of Amazon's`;
      return { ...FINE, mismatch: `declared as ${KIND[kind].noun}, but ${leads}` };
    }
    const inside = found.find((one) => PRIVATE.test(one));
    if (inside === undefined) return FINE;
    const leads = `${hostname} leads to the private address ${inside}`;
    return { ...FINE, unknown: `${leads}: an interface endpoint of a VPC, or another server` };
  } catch {
    // A name that is not found and an address that cannot be used stop the run by themselves.
    return FINE;
  } finally {
    client.destroy();
  }
}

async function addressesOf(hostname: string): Promise<readonly string[]> {
  if (isIP(hostname) !== 0) return [hostname];
  const late = new Promise<readonly string[]>((resolve) => {
    setTimeout(resolve, WITHIN_MS, []).unref();
  });
  const found = lookup(hostname, { all: true }).then((all) => all.map(({ address }) => address));
  return Promise.race([found, late]);
}

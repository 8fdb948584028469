import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isAmazonBucket } from "../../model/target/amazon.ts";
import { KIND, OFF_AWS_KINDS } from "../../model/target/kind.ts";
import type { BucketAddress, TargetSpec } from "../../model/target/target.ts";
import { type Asking, ask } from "./aws.ts";

/** States of a bucket, and what of its declaration AWS contradicts. */
export interface BucketFacts {
  readonly states: Readonly<Record<string, string>>;
  readonly mismatches: readonly string[];
}

/** Facts of a target that is no bucket of Amazon's, or of which nothing is known. */
export const NO_BUCKET: BucketFacts = { states: {}, mismatches: [] };

/** The region of a bucket of Amazon's. A directory bucket carries its zone in its name. */
export async function bucketStates(
  { kind, address }: TargetSpec,
  asking: Asking,
): Promise<BucketFacts> {
  if (address.kind !== "bucket" || kind !== "s3" || address.bucket.startsWith("arn:")) {
    return NO_BUCKET;
  }
  if (!isAmazonBucket(address)) return NO_BUCKET;
  const region = await bucketRegion(address, asking);
  if (region === null) return NO_BUCKET;
  const differs = region !== address.region;
  const mismatch = `declared in ${address.region}, HeadBucket says ${region}`;
  return { states: { bucketRegion: region }, mismatches: differs ? [mismatch] : [] };
}

/**
 * Region a bucket is in, by HeadBucket: S3 says it in a header, also where the request went to
 * another region. Null where it was not said.
 */
export async function bucketRegion(address: BucketAddress, asking: Asking): Promise<string | null> {
  const answer = await ask(asking, "HeadBucket", async () => {
    const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
    const { makeClient } = await import("../../s3/client.ts");
    const client = makeClient(address, { connections: 1, retries: 1 });
    try {
      const command = new HeadBucketCommand({ Bucket: address.bucket });
      return (await client.send(command, { abortSignal: asking.signal })).BucketRegion;
    } catch (error) {
      const elsewhere = regionIn(error);
      if (elsewhere === null) throw error;
      return elsewhere;
    } finally {
      client.destroy();
    }
  });
  return answer !== null && answer !== undefined && /^[a-z0-9-]+$/.test(answer) ? answer : null;
}

/** The header of an answer that was an error. */
function regionIn(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("$response" in error)) return null;
  const { $response: response } = error;
  if (typeof response !== "object" || response === null || !("headers" in response)) return null;
  const region: unknown = Object(response.headers)["x-amz-bucket-region"];
  return typeof region === "string" ? region : null;
}

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
  if (address.kind !== "bucket" || OFF_AWS_KINDS.has(kind) || emulated !== undefined) return FINE;
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

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isAmazonBucket } from "../../model/target/amazon.ts";
import { KIND, OFF_AWS_KINDS } from "../../model/target/kind.ts";
import type { BucketAddress, TargetSpec } from "../../model/target/target.ts";
import { type AwsContext, callAws } from "./aws.ts";

/** States of a bucket, and declared facts that AWS contradicts. */
export interface BucketFacts {
  readonly states: Readonly<Record<string, string>>;
  readonly mismatches: readonly string[];
}

/** Facts of a target that is not an Amazon S3 bucket, or of an unknown one. */
export const NO_BUCKET: BucketFacts = { states: {}, mismatches: [] };

/** Region of an Amazon S3 general purpose bucket; a directory bucket has its zone in its name. */
export async function bucketStates(
  { kind, address }: TargetSpec,
  aws: AwsContext,
): Promise<BucketFacts> {
  if (address.kind !== "bucket" || kind !== "s3" || address.bucket.startsWith("arn:")) {
    return NO_BUCKET;
  }
  if (!isAmazonBucket(address)) return NO_BUCKET;
  const region = await bucketRegion(address, aws);
  if (region === null) return NO_BUCKET;
  const differs = region !== address.region;
  const mismatch = `declared in ${address.region}, but HeadBucket reports ${region}`;
  return { states: { bucketRegion: region }, mismatches: differs ? [mismatch] : [] };
}

/**
 * Region of a bucket by HeadBucket; null if unknown. S3 returns the region in a header, even if the
 * request went to another region.
 */
export async function bucketRegion(
  address: BucketAddress,
  aws: AwsContext,
): Promise<string | null> {
  const region = await callAws(aws, "HeadBucket", async () => {
    const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
    const { makeClient } = await import("../../s3/client.ts");
    const client = makeClient(address, { connections: 1, retries: 1 });
    try {
      const command = new HeadBucketCommand({ Bucket: address.bucket });
      return (await client.send(command, { abortSignal: aws.signal })).BucketRegion;
    } catch (error) {
      const actual = regionIn(error);
      if (actual === null) throw error;
      return actual;
    } finally {
      client.destroy();
    }
  });
  return region !== null && region !== undefined && /^[a-z0-9-]+$/.test(region) ? region : null;
}

/** Region in the response header of an error; null if it has none. */
function regionIn(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("$response" in error)) return null;
  const { $response: response } = error;
  if (typeof response !== "object" || response === null || !("headers" in response)) return null;
  const region: unknown = Object(response.headers)["x-amz-bucket-region"];
  return typeof region === "string" ? region : null;
}

/** Result of checking the address of an endpoint. */
export interface Peer {
  /** Message if the endpoint is not Amazon S3; null otherwise. */
  readonly mismatch: string | null;
  /** Message if it is unknown whether the endpoint is Amazon S3; null otherwise. */
  readonly unknown: string | null;
}

const FINE: Peer = { mismatch: null, unknown: null };
const WITHIN_MS = 2000;

/** Loopback and link-local addresses: RFC 1122, 3927, 4291. */
const HERE = /^(0\.|127\.|169\.254\.|::1?$|fe[89ab][0-9a-f]:|::ffff:(0\.|127\.|169\.254\.))/i;
/** Private addresses: RFC 1918, 4193, 6598. */
const PRIVATE = new RegExp(
  "^(::ffff:)?(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|" +
    "100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.|f[cd][0-9a-f]{2}:)",
  "i",
);

/**
 * Resolves the host name of an Amazon S3 endpoint with DNS and /etc/hosts, as connections do. An
 * address of this host is not Amazon S3; a private address may be a VPC interface endpoint. Servers
 * behind a public address or a proxy are not detected.
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
      const resolved = `${hostname} resolves to ${here}, which is not an Amazon address`;
      return { ...FINE, mismatch: `declared as ${KIND[kind].noun}, but ${resolved}` };
    }
    const inside = found.find((one) => PRIVATE.test(one));
    if (inside === undefined) return FINE;
    const resolved = `${hostname} resolves to the private address ${inside}`;
    return { ...FINE, unknown: `${resolved}: a VPC interface endpoint, or another server` };
  } catch {
    // The run itself fails for a name that cannot be resolved or an unusable address.
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

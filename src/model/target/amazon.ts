import { OFF_AWS_KINDS, type TargetKind } from "./kind.ts";
import type { Address, BucketAddress, TargetSpec } from "./target.ts";

/** DNS suffixes of the partitions of AWS, as `partitions.json` of its SDKs lists them. */
export const PARTITION_SUFFIXES = [
  ...(["amazonaws.com", "api.aws", "amazonaws.com.cn", "api.amazonwebservices.com.cn"] as const),
  ...(["amazonaws.eu", "api.amazonwebservices.eu", "c2s.ic.gov", "api.aws.ic.gov"] as const),
  ...(["sc2s.sgov.gov", "api.aws.scloud", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"] as const),
  ...(["csp.hci.ic.gov", "api.aws.hci.ic.gov"] as const),
] as const;

/** A region of any partition: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`. */
const REGION = "(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc)(?:-[a-z]+)+-[0-9]+";
/**
 * Names of S3 directly below a region or a suffix, those of before 2019 (`s3-eu-west-1`) included.
 * Other services use the same suffixes for servers of customers: `ec2-….compute-1.amazonaws.com`,
 * `….elb.amazonaws.com`.
 */
const SERVICE =
  "s3|s3-fips|s3-accelerate|s3-external-[0-9]|s3-global|s3-accesspoint(?:-fips)?|" +
  "s3-object-lambda(?:-fips)?|s3express(?:-fips)?-[a-z0-9-]+|s3express-control(?:-fips)?|" +
  `s3-outposts(?:-fips)?|s3-${REGION}`;
const S3_NAME = new RegExp(`^(?:.+\\.)?(?:${SERVICE})(?:\\.dualstack)?(?:\\.${REGION})?$`);
/** An interface endpoint of a VPC: `bucket.vpce-0123-abcd.s3.eu-west-1.vpce`. */
const VPC_NAME = new RegExp(
  `^(?:.+\\.)?vpce-[0-9a-f]+-[0-9a-z-]+\\.(?:${SERVICE})\\.${REGION}\\.vpce$`,
);

/** Whether a host name is one of S3's own, by how AWS names its endpoints. */
export function isAmazonHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  const suffix = PARTITION_SUFFIXES.find((one) => host.endsWith(`.${one}`));
  if (suffix === undefined) return false;
  const name = host.slice(0, -suffix.length - 1);
  return S3_NAME.test(name) || VPC_NAME.test(name);
}

/** S3 host names that serve whole buckets; only these occur in redirects of S3. */
const BUCKET_NAME = new RegExp(
  `^(?:(.+)\\.)?(?:s3|s3-fips|s3-accelerate|s3-external-[0-9]|s3-${REGION})` +
    `(?:\\.dualstack)?(?:\\.${REGION})?$`,
);

/** Number of the partition whose DNS suffix a host name has; -1 if it has none of AWS. */
export function partitionOf(hostname: string): number {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  // Each partition has two suffixes, one after the other.
  return Math.floor(PARTITION_SUFFIXES.findIndex((one) => host.endsWith(`.${one}`)) / 2);
}

/**
 * The bucket in the host name of an S3 endpoint that serves buckets: empty if the path names it,
 * null if the host is not such an endpoint.
 */
export function s3BucketOf(hostname: string): string | null {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  const suffix = PARTITION_SUFFIXES.find((one) => host.endsWith(`.${one}`));
  if (suffix === undefined) return null;
  const found = BUCKET_NAME.exec(host.slice(0, -suffix.length - 1));
  return found === null ? null : (found[1] ?? "");
}

/** Whether an endpoint belongs to AWS; true if absent. */
export function isAmazon(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  return URL.canParse(endpoint) && isAmazonHost(new URL(endpoint).hostname);
}

/** Whether all requests to a bucket go to AWS endpoints. */
export function isAmazonBucket({ endpoint, endpoints = [] }: BucketAddress): boolean {
  return [endpoint, ...endpoints].every(isAmazon);
}

/** The part of a target that determines whether it is on AWS. */
interface Owned {
  readonly kind: TargetKind;
  readonly address?: Address;
  readonly emulated?: unknown;
}

/**
 * Whether a target is not storage of AWS, regardless of its declared kind; buckets at other
 * endpoints are not. Emulated storage is evaluated as the type it imitates, and is labeled.
 */
export function isForeign({ kind, address, emulated }: Owned): boolean {
  if (OFF_AWS_KINDS.has(kind)) return true;
  return emulated === undefined && address?.kind === "bucket" && !isAmazonBucket(address);
}

/** Whether a host of a URL, or an address, is on the loopback, which no other host can reach. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/.test(host);
}

/** Whether a target's requests stay on this host. */
export function isLoopback({ address }: Pick<TargetSpec, "address">): boolean {
  if (address.kind !== "bucket") return true;
  const { endpoint } = address;
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  return isLoopbackHost(new URL(endpoint).hostname);
}

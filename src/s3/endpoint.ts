import type { S3Client } from "@aws-sdk/client-s3";
import { isAmazonHost, partitionOf, s3BucketOf } from "../model/target/amazon.ts";
import type { BucketAddress } from "../model/target/target.ts";

/** Where a bucket's requests go, how their paths begin and for what they are signed. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  /** `Host` header: with the port where it is not the protocol's own. */
  readonly host: string;
  /** What stands before the key's slash: `/bucket` in path style, else empty. */
  readonly base: string;
  readonly region: string;
  /** `s3`, or `s3express` for a directory bucket. */
  readonly service: string;
}

/**
 * Asks the SDK's own rules (path style, virtual hosts, dual-stack, FIPS, acceleration, access
 * points, zonal endpoints of directory buckets), so that both engines speak to the same place.
 *
 * @throws Error where the rules refuse the address, in their words
 */
export function resolveEndpoint(
  client: S3Client,
  address: BucketAddress,
  region: string,
): Endpoint {
  const { url, properties } = client.config.endpointProvider({
    Bucket: address.bucket,
    Region: region,
    ForcePathStyle: address.pathStyle,
    UseFIPS: address.fips ?? false,
    UseDualStack: address.dualStack ?? false,
    Accelerate: address.accelerate ?? false,
    UseArnRegion: true,
    ...(address.endpoint === undefined ? {} : { Endpoint: address.endpoint }),
  });
  const scheme = properties?.authSchemes?.[0];
  return {
    ...partsOf(url),
    base: url.pathname.replace(/\/+$/, ""),
    region: wordOf(scheme?.signingRegion) ?? region,
    service: wordOf(scheme?.signingName) ?? "s3",
  };
}

/** Host and port of an address. */
export function partsOf(url: URL): Pick<Endpoint, "hostname" | "port" | "tls" | "host"> {
  const tls = url.protocol === "https:";
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  // An IPv6 address stands in brackets in a URL and a Host header, and nowhere else.
  return { hostname: url.hostname.replace(/^\[|\]$/g, ""), port, tls, host: url.host };
}

function wordOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Where a redirect leads, and whether the session token may go there. */
export interface Redirect {
  readonly endpoint: Endpoint;
  readonly withToken: boolean;
}

/**
 * Decides whether a redirect is followed. From an S3 endpoint of AWS: only to the S3 endpoints of
 * the same partition, on the port of HTTPS, for the same bucket. From any other server: only to the
 * same host; on another port of it the request is signed without the session token, because another
 * program may listen there. Null: it is not followed.
 */
export function redirectOf(location: URL, from: Endpoint, bucket: string): Redirect | null {
  const parts = partsOf(location);
  if (parts.tls !== from.tls) return null;
  if (!isAmazonHost(from.hostname)) {
    if (parts.hostname !== from.hostname) return null;
    return { endpoint: { ...from, ...parts }, withToken: parts.port === from.port };
  }
  if (!isSamePartition(parts.hostname, from.hostname)) return null;
  if (parts.port !== (parts.tls ? 443 : 80)) return null;
  if (parts.hostname === from.hostname) {
    return { endpoint: { ...from, ...parts }, withToken: true };
  }
  const named = s3BucketOf(parts.hostname);
  if (named === null || (named !== "" && named !== bucket)) return null;
  const base = named === "" ? `/${bucket}` : "";
  return { endpoint: { ...from, ...parts, base }, withToken: true };
}

/** Whether the endpoint of another region is one that signed requests may go to. */
export function isRegionAllowed(to: Endpoint, from: Endpoint): boolean {
  if (to.hostname === from.hostname) return true;
  return isAmazonHost(from.hostname) && isSamePartition(to.hostname, from.hostname);
}

function isSamePartition(a: string, b: string): boolean {
  return isAmazonHost(a) && partitionOf(a) === partitionOf(b);
}

import type { S3Client } from "@aws-sdk/client-s3";
import { isAmazonHost, partitionOf, s3BucketOf } from "../model/target/amazon.ts";
import type { BucketAddress } from "../model/target/target.ts";

/** Destination of a bucket's requests, the start of their paths, and their signing scope. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  /** `Host` header; with the port if it is not the protocol's default. */
  readonly host: string;
  /** Path before the key: `/bucket` in path style, else empty. */
  readonly base: string;
  readonly region: string;
  /** `s3`, or `s3express` for a directory bucket. */
  readonly service: string;
}

/**
 * Returns the endpoint by the SDK's rules (path style, virtual hosts, dual-stack, FIPS,
 * acceleration, access points, zonal endpoints of directory buckets), the same for both engines.
 *
 * @throws Error if the rules reject the address, with their message
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
  // An IPv6 address has brackets only in a URL and a Host header.
  return { hostname: url.hostname.replace(/^\[|\]$/g, ""), port, tls, host: url.host };
}

function wordOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Destination of a redirect, and whether the session token may be sent there. */
export interface Redirect {
  readonly endpoint: Endpoint;
  readonly withToken: boolean;
}

/**
 * Decides whether a redirect is followed; null if not. From an S3 endpoint of AWS: only to S3
 * endpoints of the same partition, on the port of HTTPS, for the same bucket. From another server:
 * only to the same host. On another port of that host the request is signed without the session
 * token, because another program may listen there.
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

/** Whether signed requests may be sent to the endpoint of another region. */
export function isRegionAllowed(to: Endpoint, from: Endpoint): boolean {
  if (to.hostname === from.hostname) return true;
  return isAmazonHost(from.hostname) && isSamePartition(to.hostname, from.hostname);
}

function isSamePartition(a: string, b: string): boolean {
  return isAmazonHost(a) && partitionOf(a) === partitionOf(b);
}

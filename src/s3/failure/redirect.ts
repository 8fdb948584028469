import { isAmazonHost, partitionOf, s3BucketOf } from "../../model/target/amazon.ts";
import { type Endpoint, partsOf } from "../endpoint.ts";

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

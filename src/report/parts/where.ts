import type { Address, BucketAddress, ReachedBy, TargetSpec } from "../../model/target/target.ts";
import { code, type Inline } from "./document.ts";

/** Location of a target, as the rest of a sentence that names it. */
export function whereIs(target: TargetSpec): readonly Inline[] {
  const { address } = target;
  switch (address.kind) {
    case "path":
      return [" at ", code(address.path)];
    case "device": {
      const allowed = address.writable ? " with overwriting allowed" : " read-only";
      return [", the device ", code(address.path), allowed];
    }
    case "bucket":
      return [
        " at ",
        code(`s3://${address.bucket}/${address.prefix}`),
        ` of ${endpointWords(address, target.reachedBy)}`,
      ];
    case "memory":
      return [", in memory"];
  }
}

/** Location of a target without its options: `/mnt/data`, `s3://bench/a/ of AWS in eu-west-1`. */
export function locationText(address: Address): string {
  switch (address.kind) {
    case "path":
    case "device":
      return address.path;
    case "bucket": {
      const { bucket, prefix, endpoint, region } = address;
      return `s3://${bucket}/${prefix} of ${endpoint ?? `AWS in ${region}`}`;
    }
    case "memory":
      return "memory";
  }
}

/** Endpoint and region of a bucket, its options, and the sources of values that were not given. */
export function endpointWords(address: BucketAddress, reachedBy: ReachedBy = {}): string {
  const endpoint = address.endpoint ?? `AWS in ${address.region}`;
  return `${endpoint}${waysText(address)}${reachedText(address, reachedBy)}`;
}

/** Options of the endpoint, if they are not the default. */
function waysText({ endpoints, accelerate, dualStack, fips, requesterPays }: BucketAddress) {
  const ways = [
    endpoints === undefined ? null : `${endpoints.length} endpoints`,
    accelerate === true ? "Transfer Acceleration" : null,
    dualStack === true ? "dual-stack" : null,
    fips === true ? "FIPS" : null,
    requesterPays === true ? "requester pays" : null,
  ].filter((way) => way !== null);
  return ways.length === 0 ? "" : ` (${ways.join(", ")})`;
}

function reachedText({ region, pathStyle, profile }: BucketAddress, by: ReachedBy): string {
  const parts: readonly (readonly [what: string, by: string | undefined])[] = [
    ["endpoint", by.endpoint],
    [`region ${region}`, by.region],
    [pathStyle ? "path style" : "virtual-hosted style", by.pathStyle],
    [`profile ${profile}`, by.profile],
    ["FIPS", by.fips],
    ["dual-stack", by.dualStack],
  ];
  const known = parts.flatMap(([what, one]) => (one === undefined ? [] : [`${what} from ${one}`]));
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}

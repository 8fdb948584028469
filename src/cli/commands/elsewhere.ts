import { realpathSync, statSync } from "node:fs";
import { isAmazon } from "../../model/target/amazon.ts";
import type { Address } from "../../model/target/target.ts";

/**
 * Returns how the target of a stored run differs from a given target, a clause; null if they are
 * the same. Missing data means that a run left nothing only if the targets are the same.
 */
export function elsewhere(stored: Address, given: Address): string | null {
  if (isSame(stored, given)) return null;
  const [was, is] = [nameOf(stored), nameOf(given)];
  if (was !== is) return `was on ${was}, not on ${is}`;
  return `was on ${was} at ${endpointsOf(stored)}, not at ${endpointsOf(given)}`;
}

function isSame(stored: Address, given: Address): boolean {
  if (stored.kind === "bucket" && given.kind === "bucket") {
    const others = endpointsOf(given);
    const isSameStore = endpointsOf(stored).some((endpoint) => others.includes(endpoint));
    return isSameStore && nameOf(stored) === nameOf(given);
  }
  if ("path" in stored && "path" in given) return isSamePath(stored.path, given.path);
  return stored.kind === given.kind;
}

function nameOf(address: Address): string {
  if (address.kind === "memory") return "a target in memory";
  return "path" in address ? address.path : `s3://${address.bucket}/${address.prefix}`;
}

function endpointsOf(address: Address): readonly string[] {
  if (address.kind !== "bucket") return [];
  const { endpoint, endpoints = [endpoint] } = address;
  return endpoints.map((one) => (one === undefined || isAmazon(one) ? "AWS" : one));
}

/** One directory has several paths: links, and mounts of the same file system. */
function isSamePath(stored: string, given: string): boolean {
  try {
    if (realpathSync(stored) === realpathSync(given)) return true;
    const [was, is] = [stored, given].map((path) => statSync(path, { bigint: true }));
    return was?.dev === is?.dev && was?.ino === is?.ino;
  } catch {
    return stored === given;
  }
}

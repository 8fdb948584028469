import type { TargetSpec } from "../../model/target/target.ts";
import type { Console } from "../console.ts";

/** A request that takes longer than this is reported. */
const REPORT_MS = 2000;

/**
 * Reports on stderr, once, that an S3 endpoint has not responded for two seconds. Does nothing for
 * targets that are not buckets.
 *
 * @returns ends the wait; further calls have no effect
 */
export function reportWaiting(console: Console, { address }: TargetSpec): () => void {
  if (address.kind !== "bucket") return () => {};
  const endpoint = address.endpoint ?? `the S3 endpoint of region ${address.region}`;
  const timer = setTimeout(() => console.error(`waiting for ${endpoint} …\n`), REPORT_MS);
  return () => clearTimeout(timer);
}

/** Awaits a call to a target; reports a slow S3 endpoint, see `reportWaiting`. */
export async function awaited<Value>(
  console: Console,
  target: TargetSpec,
  work: Promise<Value>,
): Promise<Value> {
  const end = reportWaiting(console, target);
  try {
    return await work;
  } finally {
    end();
  }
}

import type { TargetSpec } from "../../model/target/target.ts";
import type { Console } from "../console.ts";

/** What takes longer than this without a word seems to hang. */
const TELL_MS = 2000;

/**
 * Says on stderr, once, which endpoint is waited for, if that takes longer than two seconds. Only
 * where nothing else is said; for targets that are no bucket, nothing is.
 *
 * @returns what ends the wait; calling it again does no harm
 */
export function sayWaiting(console: Console, { address }: TargetSpec): () => void {
  if (address.kind !== "bucket") return () => {};
  const endpoint = address.endpoint ?? `the S3 endpoint of region ${address.region}`;
  const timer = setTimeout(() => console.error(`waiting for ${endpoint} …\n`), TELL_MS);
  return () => clearTimeout(timer);
}

/** Awaits something of a target; see `sayWaiting`. */
export async function awaited<Value>(
  console: Console,
  target: TargetSpec,
  work: Promise<Value>,
): Promise<Value> {
  const over = sayWaiting(console, target);
  try {
    return await work;
  } finally {
    over();
  }
}

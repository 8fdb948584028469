import type { TargetSpec } from "../../model/target/target.ts";
import { probeWrites } from "../../storage/index.ts";
import type { PrepareRates } from "./estimate.ts";

/**
 * Assumed rates of preparation in a bucket, which is not probed because each request costs money:
 * 8 requests in flight, each of about 30 ms.
 */
const BUCKET: PrepareRates = { basis: "assumed", bytesPerSecond: 300e6, filesPerSecond: 250 };

/** I/O operations that a new small file costs at least: its data and its metadata. */
const OPERATIONS_PER_FILE = 2;

/**
 * Returns how fast a target takes new data: from a short probe of a directory, or the provisioned
 * rate where that is lower. Null if unknown.
 */
export async function prepareRates(
  target: TargetSpec,
  freeBytes: number | null,
  signal: AbortSignal,
): Promise<PrepareRates | null> {
  if (target.address.kind === "bucket") return BUCKET;
  const probed = await probeWrites(target, freeBytes, signal);
  return limitedRates(target, probed === null ? null : { basis: "probe", ...probed });
}

/** Limits the rates of a probe to the provisioned ones. */
export function limitedRates(
  { provisioned }: Pick<TargetSpec, "provisioned">,
  probed: PrepareRates | null,
): PrepareRates | null {
  const { throughputBytesPerSecond, iops } = provisioned;
  const bytes = throughputBytesPerSecond ?? Infinity;
  const files = iops === undefined ? Infinity : iops / OPERATIONS_PER_FILE;
  if (probed === null && (bytes === Infinity || files === Infinity)) return null;
  const bytesPerSecond = Math.min(bytes, probed?.bytesPerSecond ?? Infinity);
  const filesPerSecond = Math.min(files, probed?.filesPerSecond ?? Infinity);
  const isProvisioned = probed === null || bytesPerSecond < probed.bytesPerSecond;
  return { basis: isProvisioned ? "provisioned" : "probe", bytesPerSecond, filesPerSecond };
}

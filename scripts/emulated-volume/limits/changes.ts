import type { Counters, DirectionLimits } from "./kinds.ts";
import { SLICE_SECONDS } from "./ledger.ts";

/** A change disturbs the throttle's slices, so small ones are left. */
const NEGLIGIBLE = 0.02;
/** Limits so many times above what is used do not matter. */
const FAR = 2;

/**
 * The limits to set, each as it was unless it matters that it changes; null when none does.
 *
 * @param used what is done in a second
 */
export function changesOf(
  applied: DirectionLimits | null,
  wanted: DirectionLimits,
  used: Counters,
): DirectionLimits | null {
  if (applied === null) return rounded(wanted);
  const next = (from: number | null, to: number | null, use: number): number | null => {
    if (from === null || to === null) return to;
    const negligible = Math.abs(to - from) <= NEGLIGIBLE * from;
    return negligible || Math.min(from, to) >= FAR * use ? from : to;
  };
  const limits = rounded({
    read: {
      iops: next(applied.read.iops, wanted.read.iops, used.readOperations),
      bytesPerSecond: next(applied.read.bytesPerSecond, wanted.read.bytesPerSecond, used.readBytes),
    },
    write: {
      iops: next(applied.write.iops, wanted.write.iops, used.writeOperations),
      bytesPerSecond: next(
        applied.write.bytesPerSecond,
        wanted.write.bytesPerSecond,
        used.writeBytes,
      ),
    },
  });
  return same(limits, applied) ? null : limits;
}

/** The kernel rounds operations down to whole ones a slice; to the nearest is nearer. */
function rounded({ read, write }: DirectionLimits): DirectionLimits {
  const whole = (value: number | null, unit: number) =>
    value === null
      ? null
      : Math.max(1, value < unit ? Math.round(value) : unit * Math.round(value / unit));
  const side = ({ iops, bytesPerSecond }: DirectionLimits["read"]) => ({
    iops: whole(iops, 1 / SLICE_SECONDS),
    bytesPerSecond: whole(bytesPerSecond, 1),
  });
  return { read: side(read), write: side(write) };
}

function same(a: DirectionLimits, b: DirectionLimits): boolean {
  return (["read", "write"] as const).every(
    (side) => a[side].iops === b[side].iops && a[side].bytesPerSecond === b[side].bytesPerSecond,
  );
}

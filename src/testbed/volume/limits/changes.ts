import type { Counters, DirectionLimits } from "./kinds.ts";
import { SLICE_SECONDS } from "./ledger.ts";

/** Smaller changes are not made, because a change disturbs the throttle's slices. */
const NEGLIGIBLE = 0.02;
/** Limits this many times above the use do not matter. */
const FAR = 2;

/**
 * Returns the limits to set, without changes that do not matter; null if none matters.
 *
 * @param used operations and bytes per second
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

/** Rounds to whole operations per slice; the kernel would round down. */
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

import fc from "fast-check";
import type { PhasePlan } from "../../src/model/plan/plan.ts";
import { ARRIVALS } from "../../src/model/plan/rate.ts";

const whole = (min: number, max: number) => fc.integer({ min, max });
const long = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map(Math.round);

const perSecond = whole(1, 1e6);
export const rate: fc.Arbitrary<PhasePlan["rate"]> = fc.option(
  fc.record({
    arrivals: fc.constantFrom(...ARRIVALS),
    steps: fc.oneof(
      perSecond.map((rate) => [{ fromPerSecond: rate, toPerSecond: rate, durationNs: null }]),
      fc.array(
        fc.record({
          fromPerSecond: perSecond,
          toPerSecond: perSecond,
          durationNs: whole(1e6, 2e6),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    ),
    mostBacklog: whole(0, 1e9),
  }),
);

/** A limit that is reached when the rate is steady. */
export const steady = fc
  .record({ windowNs: long(1e9, 1e11), mostNs: long(2e11, 1e12), share: whole(1, 99) })
  .map(({ share, ...times }) => ({
    kind: "steady" as const,
    ...times,
    rangeShare: share / 100,
    slopeShare: 0.1,
  }));

/** The part that is valid for the limit. */
export function warmup(
  limit: PhasePlan["limit"],
  { warmupNs, warmupAuto }: Pick<PhasePlan, "warmupNs" | "warmupAuto">,
): Pick<PhasePlan, "warmupNs" | "warmupAuto"> {
  const timed = limit.kind === "duration" || limit.kind === "steady";
  const auto = warmupAuto && limit.kind === "duration";
  return { warmupAuto: auto, warmupNs: timed && !auto ? warmupNs : 0 };
}

import { z } from "zod";
import type { PhasePlan, SteadyLimit } from "../../model/plan/plan.ts";
import { parseDurationNs, UNIT_PATTERNS } from "../../model/units.ts";
import { choice, duration, field, type Parsed, percent } from "../../yaml/fields.ts";

/** Longer than most client caches can mask, and short compared with the burst of a volume. */
const WINDOW_NS = 30e9;
const MAX_NS = 600e9;

/** Range and slope limits of SNIA, Solid State Storage Performance Test Specification 2.0.2. */
const RANGE_PERCENT = 20;
const SLOPE_PERCENT = 10;

const steady = z
  .strictObject({
    window: duration(
      "Length of the steady window, which is the reported part of the phase. Default: 30s.",
      "1s",
    )
      .meta({ examples: ["1m"] })
      .optional(),
    atMost: duration("Maximum length of the phase if it is not steady. Default: 10m.", "1s")
      .meta({ examples: ["5m"] })
      .optional(),
    range: percent(
      "Maximum difference between the largest and the smallest rate, percent of the mean. " +
        "Default: 20.",
    )
      .meta({ examples: [10] })
      .optional(),
    slope: percent(
      "Maximum rise or fall of the regression line over the window, percent of the mean. " +
        "Default: 10.",
    )
      .meta({ examples: [5] })
      .optional(),
  })
  .meta({ description: "Conditions of the steady state.", examples: [{ window: "1m" }] });

/** The `until` field of a phase: `steady`, alone or with its conditions. */
export const UntilSchema = z
  .union([
    choice("steady: until the rate is steady for 30 s, at most 10 minutes.", ["steady"]),
    z.strictObject({ steady }).describe("The steady state with other conditions."),
  ])
  .meta({
    description:
      "Ends the phase at a steady state. Only the steady window is reported. Default: none.",
    examples: ["steady"],
  });

/** The `warmup` field of a phase: a duration, or `auto`. */
export const WarmupSchema = field(
  {
    description:
      "Warm-up before the measurement, excluded from results; needs `duration` or `until`. auto: " +
      "excludes the start of the phase if it differs from the rest (MSER-5), at most half of the " +
      "phase. Default: none.",
    examples: ["5s"],
    anyOf: [{ const: "auto" }, { type: "string", pattern: `${UNIT_PATTERNS.durationNs}|\\$\\{` }],
  },
  (input): Parsed<number | "auto"> =>
    input === "auto" ? { value: "auto" } : parseDurationNs(input),
);

export function planUntil(until: z.output<typeof UntilSchema>): SteadyLimit {
  const { window, atMost, range, slope } = until === "steady" ? {} : until.steady;
  return {
    kind: "steady",
    windowNs: window ?? WINDOW_NS,
    rangeShare: (range ?? RANGE_PERCENT) / 100,
    slopeShare: (slope ?? SLOPE_PERCENT) / 100,
    mostNs: atMost ?? MAX_NS,
  };
}

export function planWarmup(
  warmup: number | "auto" | undefined,
): Pick<PhasePlan, "warmupNs" | "warmupAuto"> {
  return warmup === "auto"
    ? { warmupNs: 0, warmupAuto: true }
    : { warmupNs: warmup ?? 0, warmupAuto: false };
}

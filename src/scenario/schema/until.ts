import { z } from "zod";
import type { PhasePlan, SteadyLimit } from "../../model/plan/plan.ts";
import { parseDurationNs, UNIT_PATTERNS } from "../../model/units.ts";
import { choice, duration, field, type Parsed, percent } from "../../yaml/fields.ts";

/** Half a minute is longer than most caches of a client and short beside a burst of a volume. */
const WINDOW_NS = 30e9;
const MAX_NS = 600e9;

/** SNIA, Solid State Storage Performance Test Specification 2.0.2: range and slope of a window. */
const RANGE_PERCENT = 20;
const SLOPE_PERCENT = 10;

const steady = z
  .strictObject({
    window: duration(
      "How long the rate must be steady; what is reported. Default: 30s.",
      "1s",
    ).optional(),
    atMost: duration(
      "The phase ends after this time, steady or not. Default: 10m.",
      "1s",
    ).optional(),
    range: percent("Largest less smallest rate, percent of the mean. Default: 20.").optional(),
    slope: percent("Rise or fall of the line through them, likewise. Default: 10.").optional(),
  })
  .describe("What counts as steady, and for how long.");

/** The `until` of a phase: what it waits for, by itself or with its measures. */
export const UntilSchema = z
  .union([
    choice("steady: until the rate has been steady for 30 s, at most 10 minutes.", ["steady"]),
    z.strictObject({ steady }).meta({ description: "The same with other measures." }),
  ])
  .describe("Ends the phase by what is measured; only the steady window is reported.");

/** The `warmup` of a phase: a time, or `auto`. */
export const WarmupSchema = field(
  {
    description:
      "Load before the measurement, not counted; with `duration` or `until`. auto: the start is " +
      "left out as far as it differs from the rest (MSER-5), at most half of the phase.",
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

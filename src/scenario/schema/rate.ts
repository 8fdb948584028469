import { z } from "zod";
import { ARRIVALS, MAX_BACKLOG, type RatePlan, type RateStep } from "../../model/plan/rate.ts";
import { parseRate, UNIT_PATTERNS } from "../../model/units.ts";
import { choice, duration, field, whenRead, whole } from "../../yaml/fields.ts";

/** Far beyond what one machine can issue; a zero too many is not waited for. */
export const MAX_PER_SECOND = 1e8;

function offered(description: string) {
  const hint = { description, type: "string", pattern: `${UNIT_PATTERNS.rate}|\\$\\{` };
  return field(hint, (input) => {
    const parsed = parseRate(input);
    if ("problem" in parsed) return parsed;
    if (parsed.value > 0 && parsed.value <= MAX_PER_SECOND) return parsed;
    const expected = "expected more than 0/s and at most 100000000/s";
    return { problem: `\`${String(input)}\` is no load that can be offered, ${expected}` };
  });
}

const step = z
  .strictObject({
    offered: offered("Operations a second, all the time.").optional(),
    from: offered("Operations a second at the start of a ramp.").optional(),
    to: offered("Operations a second at its end.").optional(),
    for: duration("How long; the last step goes on to the end of the phase.", "1ms"),
  })
  .refine(
    (one) => (one.offered === undefined) === (one.from !== undefined && one.to !== undefined),
    {
      message: "expected `offered`, or `from` and `to` of a ramp",
      when: whenRead,
    },
  );

const shaped = z
  .strictObject({
    offered: offered("Operations a second of all workers together, `3000/s`.").optional(),
    steps: z.array(step).min(1).optional().describe("One load after the other."),
    arrivals: choice(
      "fixed: evenly spaced · poisson: at random, each whenever the others come. Default: fixed.",
      ARRIVALS,
    ).optional(),
    backlog: whole(
      "Operations that may wait for a free slot; the oldest of any more are dropped and counted.",
      0,
      1e9,
    ).optional(),
  })
  .refine((one) => (one.offered === undefined) !== (one.steps === undefined), {
    message: "expected either `offered` or `steps`",
    when: whenRead,
  })
  .meta({ description: "A load with its arrivals, or one that changes." });

/** The `rate` of a phase: a number of operations a second, or more about it. */
export const RateSchema = z
  .union([
    offered("Operations a second of all workers together, `3000/s`, whatever the storage does."),
    shaped,
  ])
  .describe("Makes an open loop: operations fall due at this rate; response times run from then.");

type RateText = z.output<typeof RateSchema>;

/** The offered load with every default filled; null where the phase is a closed loop. */
export function planRate(rate: RateText | undefined): RatePlan | null {
  if (rate === undefined) return null;
  const text = typeof rate === "number" ? { offered: rate } : rate;
  const { arrivals = "fixed", backlog = MAX_BACKLOG } = text;
  const constant = text.offered ?? 0;
  const steps = text.steps?.map(
    (one): RateStep => ({
      fromPerSecond: one.offered ?? one.from ?? 0,
      toPerSecond: one.offered ?? one.to ?? 0,
      durationNs: one.for,
    }),
  ) ?? [{ fromPerSecond: constant, toPerSecond: constant, durationNs: null }];
  return { arrivals, steps, mostBacklog: backlog };
}

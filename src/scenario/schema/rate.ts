import { z } from "zod";
import { ARRIVALS, MAX_BACKLOG, type RatePlan, type RateStep } from "../../model/plan/rate.ts";
import { parseRate, UNIT_PATTERNS } from "../../model/units.ts";
import { choice, duration, field, gotText, whenRead, whole } from "../../yaml/fields.ts";

/** Maximum offered load, ops/s: far above what one host can issue. */
export const MAX_PER_SECOND = 1e8;

function offered(description: string) {
  const hint = {
    description,
    type: "string",
    pattern: `${UNIT_PATTERNS.rate}|\\$\\{`,
    examples: ["3000/s"],
  };
  return field(hint, (input) => {
    const parsed = parseRate(input);
    if ("problem" in parsed) return parsed;
    if (parsed.value > 0 && parsed.value <= MAX_PER_SECOND) return parsed;
    return { problem: `expected more than 0/s and at most 100000000/s${gotText(input)}` };
  });
}

const step = z
  .strictObject({
    offered: offered(
      "Constant load, ops/s. Either `offered`, or `from` and `to`, is required. Default: none.",
    ).optional(),
    from: offered("Load at the start of a ramp, ops/s. Default: none.").optional(),
    to: offered("Load at the end of a ramp, ops/s. Default: none.").optional(),
    for: duration("Length of the step; the last step lasts to the end of the phase.", "1ms").meta({
      examples: ["10s"],
    }),
  })
  .refine(
    (one) => (one.offered === undefined) === (one.from !== undefined && one.to !== undefined),
    {
      message: "expected either `offered`, or `from` and `to`",
      when: whenRead,
    },
  );

const shaped = z
  .strictObject({
    offered: offered(
      "Offered load, ops/s, total of all workers. Either `offered` or `steps` is required. " +
        "Default: none.",
    ).optional(),
    steps: z
      .array(step)
      .min(1)
      .optional()
      .meta({
        description: "Loads that follow one another. Default: none.",
        examples: [[{ from: "500/s", to: "3000/s", for: "30s" }]],
      }),
    arrivals: choice(
      "fixed: evenly spaced operations · poisson: random, independent arrivals. Default: fixed.",
      ARRIVALS,
    )
      .meta({ examples: ["poisson"] })
      .optional(),
    backlog: whole(
      "Maximum backlog: scheduled operations that wait for a free slot. Beyond it, the oldest " +
        `are dropped and counted. Default: ${MAX_BACKLOG}.`,
      0,
      1e9,
    )
      .meta({ examples: [1000] })
      .optional(),
  })
  .refine((one) => (one.offered === undefined) !== (one.steps === undefined), {
    message: "expected either `offered` or `steps`",
    when: whenRead,
  })
  .meta({
    description: "An offered load with its arrivals, or a load in steps.",
    examples: [{ offered: "3000/s", arrivals: "poisson" }],
  });

/** The `rate` field of a phase: an offered load, alone or with its parameters. */
export const RateSchema = z
  .union([offered("Offered load, ops/s, total of all workers."), shaped])
  .meta({
    description:
      "Open loop: operations are scheduled at this rate, regardless of completions. Response " +
      "times start at the scheduled time. Default: none (closed loop).",
    examples: ["3000/s"],
  });

type RateText = z.output<typeof RateSchema>;

/** The offered load with all defaults filled; null in a closed loop. */
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

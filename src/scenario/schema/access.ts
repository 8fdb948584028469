import { z } from "zod";
import {
  ACCESS_PATTERNS,
  ACCESS_REGIONS,
  type AccessPattern,
  NO_PARAMETERS,
  type PhasePlan,
} from "../../model/plan/plan.ts";
import { choice, percent, positive, size, whenRead } from "../../yaml/fields.ts";

/** The constant of YCSB, whose zipfian requests are what most published figures used. */
const USUAL_THETA = 0.99;

/** Four of five operations on a fifth of the data. */
const USUAL_SPOT = { operations: 80, data: 20 };

const region = choice(
  "worker: each worker walks a stretch of its own. shared: all take turns in one walk. " +
    "Default: worker.",
  ACCESS_REGIONS,
).optional();

/** Patterns that can be told more than their name; exactly one of them is. */
const SHAPES = {
  sequential: z.strictObject({ region }).optional().describe("One block after the other."),
  reverse: z.strictObject({ region }).optional().describe("From the last block to the first."),
  strided: z
    .strictObject({
      stride: size("From the start of one block to that of the next; whole blocks."),
      region,
    })
    .optional()
    .describe("Every so many bytes to the end, then again one block further in."),
  zipf: z
    .strictObject({
      theta: positive("Rank r is asked for 1/r^theta times as often. Default: 0.99.").optional(),
    })
    .optional()
    .describe("A few blocks, scattered over the dataset, are asked for most of the time."),
  hotspot: z
    .strictObject({
      operations: percent("Percent of operations that go to the spot. Default: 80.").optional(),
      data: percent("Percent of the data in the spot. Default: 20.").optional(),
    })
    .optional()
    .describe("Most operations go to the first part of the dataset, the others to the rest."),
} as const;

const shaped = z
  .strictObject(SHAPES)
  .refine((shapes) => Object.keys(shapes).length === 1, {
    message: "expected exactly one pattern, such as `{ zipf: { theta: 1.1 } }`",
    // An unknown key has been told of, and is not there to be counted.
    when: whenRead,
  })
  .meta({
    description: "A pattern with its parameters.",
    minProperties: 1,
    maxProperties: 1,
  });

/** The `access` of a phase: a pattern's name, or one pattern with its parameters. */
export const AccessSchema = z
  .union([
    choice(
      "sequential, reverse, strided: each block once, in that order · random, zipf, hotspot: " +
        "any, again and again · permutation: each block once in random order, over all workers · " +
        "shuffled: each file once in random order · samples: whole samples of shards at random, " +
        "by the shard's index.",
      ACCESS_PATTERNS,
    ),
    shaped,
  ])
  .describe("In which order blocks, files or samples are visited.");

type AccessText = z.output<typeof AccessSchema>;

/** Name and parameters of an access pattern, defaults filled. A missing stride stays 0. */
export function planAccess(text: AccessText): Pick<PhasePlan, "access" | "accessParameters"> {
  const access = nameOf(text);
  const shapes = typeof text === "string" ? {} : text;
  const region = (shapes.sequential ?? shapes.reverse ?? shapes.strided)?.region ?? "worker";
  const parameters = { ...NO_PARAMETERS, region };
  switch (access) {
    case "strided":
      return {
        access,
        accessParameters: { ...parameters, strideBytes: shapes.strided?.stride ?? 0 },
      };
    case "zipf":
      return {
        access,
        accessParameters: { ...parameters, theta: shapes.zipf?.theta ?? USUAL_THETA },
      };
    case "hotspot": {
      const { operations = USUAL_SPOT.operations, data = USUAL_SPOT.data } = shapes.hotspot ?? {};
      const shares = { hotOperationsShare: operations / 100, hotDataShare: data / 100 };
      return { access, accessParameters: { ...parameters, ...shares } };
    }
    default:
      return { access, accessParameters: parameters };
  }
}

function nameOf(text: AccessText): AccessPattern {
  if (typeof text === "string") return text;
  return ACCESS_PATTERNS.find((name) => Object.hasOwn(text, name)) ?? "random";
}

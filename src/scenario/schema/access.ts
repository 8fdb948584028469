import { z } from "zod";
import {
  ACCESS_PATTERNS,
  ACCESS_REGIONS,
  type AccessPattern,
  NO_PARAMETERS,
  type PhasePlan,
} from "../../model/plan/plan.ts";
import { choice, percent, positive, size, whenRead } from "../../yaml/fields.ts";

/** The constant of YCSB, which most published zipfian figures use. */
const DEFAULT_THETA = 0.99;

/** Percent of operations on a percentage of the data. */
const DEFAULT_HOTSPOT = { operations: 80, data: 20 };

const region = choice(
  "worker: each worker visits its own part of the dataset · shared: all workers visit one " +
    "sequence together. Default: worker.",
  ACCESS_REGIONS,
).optional();

/** Example of a pattern that all workers share. */
const SHARED = { examples: [{ region: "shared" }] };

/** Patterns with parameters; a phase gives exactly one of them. */
const SHAPES = {
  sequential: z
    .strictObject({ region })
    .optional()
    .meta({ description: "Blocks in ascending order. Default: none.", ...SHARED }),
  reverse: z
    .strictObject({ region })
    .optional()
    .meta({ description: "Blocks in descending order. Default: none.", ...SHARED }),
  strided: z
    .strictObject({
      stride: size("Bytes between the starts of two blocks; a multiple of the block size.").meta({
        examples: ["1MiB"],
      }),
      region,
    })
    .optional()
    .meta({
      description:
        "One block per stride to the end of the dataset, then again, shifted by one block. " +
        "Default: none.",
      examples: [{ stride: "1MiB" }],
    }),
  zipf: z
    .strictObject({
      theta: positive(
        "Skew: the block of rank r is visited in proportion to 1/r^theta. Default: 0.99.",
      )
        .meta({ examples: [1.1] })
        .optional(),
    })
    .optional()
    .meta({
      description:
        "Random blocks with a zipfian distribution: a few blocks, spread over the dataset, get " +
        "most operations. Default: none.",
      examples: [{ theta: 1.1 }],
    }),
  hotspot: z
    .strictObject({
      operations: percent("Percentage of operations in the hot part. Default: 80.")
        .meta({ examples: [90] })
        .optional(),
      data: percent("Percentage of the dataset that is the hot part. Default: 20.")
        .meta({ examples: [10] })
        .optional(),
    })
    .optional()
    .meta({
      description:
        "Random blocks; most operations go to the hot part at the start of the dataset. " +
        "Default: none.",
      examples: [{ operations: 90, data: 10 }],
    }),
} as const;

const shaped = z
  .strictObject(SHAPES)
  .refine((shapes) => Object.keys(shapes).length === 1, {
    message: "expected exactly one pattern, such as `{ zipf: { theta: 1.1 } }`",
    // An unknown key is reported already.
    when: whenRead,
  })
  .meta({
    description: "An access pattern with its parameters.",
    examples: [{ zipf: { theta: 1.1 } }],
    minProperties: 1,
    maxProperties: 1,
  });

/** The `access` field of a phase: the name of a pattern, or one pattern with its parameters. */
export const AccessSchema = z
  .union([
    choice(
      "sequential, reverse, strided: each block once in this order · random, zipf, hotspot: " +
        "random blocks with repeats · permutation: each block once in random order, shared by " +
        "all workers · shuffled: each file once in random order · samples: random samples of " +
        "shards.",
      ACCESS_PATTERNS,
    ),
    shaped,
  ])
  .meta({
    description:
      "Order in which blocks, files or samples are visited. Default: shuffled; sequential for " +
      "`stream`, and for operations that create, rename or remove files unless they are mixed.",
    examples: ["random"],
  });

type AccessText = z.output<typeof AccessSchema>;

/** Name and parameters of an access pattern with all defaults; a missing stride stays 0. */
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
        accessParameters: { ...parameters, theta: shapes.zipf?.theta ?? DEFAULT_THETA },
      };
    case "hotspot": {
      const { operations = DEFAULT_HOTSPOT.operations, data = DEFAULT_HOTSPOT.data } =
        shapes.hotspot ?? {};
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

/**
 * The fields of a scenario file: types, units, ranges and descriptions. Editors show the
 * descriptions, and `docs/fields.md` is generated from them. A field with its own syntax has a file
 * here, with its parser and the function that fills its defaults. Rules that combine several fields
 * of a phase are in `check/`.
 */

import { z } from "zod";
import { TARGET_KINDS } from "../../model/target/kind.ts";
import { choice, duration, text, whole } from "../../yaml/fields.ts";
import { ENV_FIELD } from "../../yaml/interpolate.ts";
import { DatasetSchema } from "./dataset-schema.ts";
import { MatrixSchema, SettingsSchema } from "./settings.ts";
import { RUN_THRESHOLDS } from "./threshold-fields.ts";

/** Rule for names, which become directory names, key prefixes and parts of phase names. */
export const NAME = {
  rule: /^[a-z0-9][a-z0-9-]{0,62}$/,
  words: "a name of at most 63 lower-case letters, digits and hyphens, such as `random-read`",
} as const;

/** JSON Schema keyword with an example of a value. */
const example = (value: unknown) => ({ examples: [value] });

/** One phase as written. */
const PhaseSchema = z
  .strictObject({
    name: text("Name of the phase, unique in the scenario.", NAME).meta(example("read")),
    ...SettingsSchema.shape,
    matrix: MatrixSchema.optional(),
  })
  .describe("One timed step of a run.");

/** A scenario file as written, quantities already in base units (bytes, nanoseconds). */
export const ScenarioSchema = z
  .strictObject({
    name: text("Name of the scenario, equal to the file name without `.yaml`.", NAME).meta(
      example("random-read"),
    ),
    title: text("Title for reports. Default: the name.")
      .meta(example("Random reads of 4 KiB"))
      .optional(),
    description: text("Purpose of the scenario and how to read its result. Default: empty.")
      .meta(example("Latency at queue depth 1, without the page cache."))
      .optional(),
    guide: z
      .array(
        text("Id of a statement of the guide.", {
          rule: /^G[0-9]{2}$/,
          words: "an id such as `G05`",
        }),
      )
      .optional()
      .meta({
        description: "Statements of the guide that this workload tests. Default: none.",
        ...example(["G05"]),
      }),
    targets: z
      .array(choice("Target kind.", TARGET_KINDS))
      .min(1)
      .optional()
      .meta({
        description:
          "Target kinds that the scenario is for. A run of a directory of scenarios skips it on " +
          "other kinds. Default: all kinds.",
        ...example(["ebs-gp3", "ebs-io2"]),
      }),
    env: ENV_FIELD,
    seed: whole(
      "Seed of all random choices; the same seed gives the same operations. Default: 42.",
      0,
      0xffff_ffff,
    )
      .meta(example(7))
      .optional(),
    repetitions: whole("Number of times that all phases run. Default: 1.", 1, 1000)
      .meta(example(3))
      .optional(),
    interval: duration(
      "Length of one interval of the time series. Default: 100ms in phases of up to 1min, 250ms " +
        "up to 150s and in phases that a count ends, 500ms up to 5min, 1s in longer ones.",
      "10ms",
    )
      .meta(example("500ms"))
      .optional(),
    datasets: z.record(z.string(), DatasetSchema).meta({
      description: "Datasets by name.",
      propertyNames: { pattern: NAME.rule.source },
    }),
    defaults: SettingsSchema.optional(),
    thresholds: RUN_THRESHOLDS.optional(),
    phases: z.array(PhaseSchema).min(1).describe("Phases, in the order in which they run."),
  })
  .meta({
    title: "assay scenario",
    description:
      "A scenario: a workload for storage. Sizes, durations and rates need a unit: `16KiB`, " +
      "`30s`, `3000/s`.",
  });

/** {@link PhaseSchema} with all fields optional, to read the valid part of an invalid file. */
export const LoosePhase = PhaseSchema.partial();
export const LooseScenario = ScenarioSchema.omit({
  datasets: true,
  defaults: true,
  phases: true,
}).partial();

export type PhaseText = z.output<typeof LoosePhase>;

import { z } from "zod";
import { MAX_COMPRESSIBLE, MAX_DEDUPABLE } from "../../model/plan/data.ts";
import { MAX_FILES } from "../../model/plan/dataset.ts";
import { choice, orAuto, positive, size, text, whole } from "../../yaml/fields.ts";

const example = (value: unknown) => ({ examples: [value] });

const distribution = z
  .strictObject({
    uniform: z
      .strictObject({
        min: size("Smallest size.").meta(example("1KiB")),
        max: size("Largest size.").meta(example("1MiB")),
      })
      .optional()
      .meta({
        description:
          "Uniform distribution: all sizes from `min` to `max` are equally likely. Default: none.",
        ...example({ min: "1KiB", max: "1MiB" }),
      }),
    lognormal: z
      .strictObject({
        mean: size("Mean of the sizes (not of their logarithms).").meta(example("128KiB")),
        sd: size("Standard deviation of the sizes.").meta(example("64KiB")),
        min: size("Minimum; smaller draws are raised to it. Default: 1B.")
          .meta(example("4KiB"))
          .optional(),
        max: size("Maximum; larger draws are cut to it. Default: 10 times the mean.")
          .meta(example("1MiB"))
          .optional(),
      })
      .optional()
      .meta({
        description:
          "Lognormal distribution, usual for file sizes: many small, few large. Default: none.",
        ...example({ mean: "128KiB", sd: "64KiB" }),
      }),
  })
  .meta({
    description:
      "Distribution of sizes, either `uniform` or `lognormal`. The seed determines each size.",
    ...example({ lognormal: { mean: "128KiB", sd: "64KiB" } }),
  });

const ratio = (of: string, maximum: number) =>
  positive(`${of}, from 1 to ${maximum}. Default: 1.`).meta(example(2)).optional();

const data = z
  .union([
    choice("random: bytes that neither compress nor repeat.", ["random"]),
    z
      .strictObject({
        compressible: ratio("Compression ratio of each 4 KiB", MAX_COMPRESSIBLE),
        dedupable: ratio("Deduplication ratio in units of 4 KiB", MAX_DEDUPABLE),
      })
      .describe("Data that can be compressed or deduplicated."),
  ])
  .meta({
    description: "Content of the files and of writes to them. Default: random.",
    ...example({ compressible: 2 }),
  });

const tree = z
  .strictObject({
    width: whole("Subdirectories per directory.", 1, 999_999).meta(example(10)),
    depth: whole("Levels of directories; 0: all files in one directory.", 0, 16).meta(example(2)),
    filesPerDirectory: whole("Files per directory of the last level.", 1, MAX_FILES).meta(
      example(1000),
    ),
  })
  .meta({
    description:
      "Directory tree; the files are in the directories of the last level. Default: none.",
    ...example({ width: 10, depth: 2, filesPerDirectory: 1000 }),
  });

const bounds = z
  .strictObject({
    minSize: size("Smallest size that `size: auto` chooses. Default: 1MiB.")
      .meta(example("64MiB"))
      .optional(),
    maxSize: size("Size that `size: auto` chooses where it fits. Default: 1GiB.")
      .meta(example("4GiB"))
      .optional(),
    minCount: whole("Smallest number that `count: auto` chooses. Default: 100.", 1, MAX_FILES)
      .meta(example(500))
      .optional(),
    maxCount: whole(
      "Number that `count: auto` chooses where it fits. Default: 50000.",
      1,
      MAX_FILES,
    )
      .meta(example(20_000))
      .optional(),
  })
  .meta({
    description:
      "Bounds `minSize`, `maxSize`, `minCount` and `maxCount` of `size: auto` and `count: auto`. " +
      "For each target, the largest size is chosen with which all data takes at most 75% of the " +
      "free space. Default: 1MiB to 1GiB, and 100 to 50000 files.",
    ...example({ minSize: "64MiB", maxSize: "4GiB" }),
  });

/** One dataset as written; sizes in bytes. */
export const DatasetSchema = z
  .strictObject({
    kind: choice(
      "files: separate files or objects · shards: `count` samples packed in tar files. " +
        "Default: files.",
      ["files", "shards"],
    ).optional(),
    count: orAuto(
      "Number of files or objects; for shards, of samples. `auto`: as many as fit the target, " +
        "within the bounds of `auto`. Default: the capacity of `tree`; required without a `tree`.",
      whole("Number of files.", 1, MAX_FILES),
    )
      .meta(example(1000))
      .optional(),
    size: z
      .union([
        orAuto("Size of each file; for shards, of each sample.", size("Size.")),
        distribution,
      ])
      .meta({
        description:
          "Size of each file, or a distribution of sizes; for shards, size of each sample. " +
          "`auto`: as large as fits the target, within the bounds of `auto`.",
        ...example("256MiB"),
      }),
    auto: bounds.optional(),
    shardSize: size("Maximum size of a tar shard, `kind: shards` only. Default: 64MiB.")
      .meta(example("128MiB"))
      .optional(),
    filesPerDirectory: whole(
      "Files per directory; more files go to numbered subdirectories. Default: 10000.",
      1,
      MAX_FILES,
    )
      .meta(example(1000))
      .optional(),
    tree: tree.optional(),
    versions: whole("Versions per object, in a versioned bucket. Default: 1.", 1, 1000)
      .meta(example(3))
      .optional(),
    suffix: text("Suffix of the file names. Default: .bin; .tar for shards.", {
      rule: /^\.[A-Za-z0-9]{1,16}$/,
      words: "a dot and a file suffix such as `.jpg`",
    })
      .meta(example(".jpg"))
      .optional(),
    data: data.optional(),
  })
  .describe("Test data. assay creates it before the phases that need it and removes it afterward.");

/** {@link DatasetSchema} with all fields optional, to read the valid part of an invalid dataset. */
export const LooseDataset = DatasetSchema.partial();

export type DatasetText = z.output<typeof LooseDataset>;

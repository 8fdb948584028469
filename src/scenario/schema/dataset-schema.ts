import { z } from "zod";
import { MAX_COMPRESSIBLE, MAX_DEDUPABLE } from "../../model/plan/data.ts";
import { MAX_FILES } from "../../model/plan/dataset.ts";
import { choice, positive, size, text, whole } from "../../yaml/fields.ts";

const distribution = z
  .strictObject({
    uniform: z
      .strictObject({ min: size("Smallest file."), max: size("Largest file.") })
      .optional()
      .describe("Every size between min and max is equally likely."),
    lognormal: z
      .strictObject({
        mean: size("Mean of the sizes themselves, not of their logarithms."),
        sd: size("Standard deviation of the sizes themselves."),
        min: size("Smaller draws become this. Default: 1B.").optional(),
        max: size("Larger draws become this. Default: ten times the mean.").optional(),
      })
      .optional()
      .describe("The usual shape of file sizes: many small ones, a long tail of large ones."),
  })
  .describe("A distribution of sizes: uniform or lognormal. The seed decides every one of them.");

const ratio = (what: string, most: number) =>
  positive(`Ratio to which ${what}, from 1 to ${most}.`).optional();

const data = z
  .union([
    choice("random: neither compresses nor repeats.", ["random"]),
    z.strictObject({
      compressible: ratio("a compressor gets each 4 KiB", MAX_COMPRESSIBLE),
      dedupable: ratio("deduplication of 4 KiB units gets all of it", MAX_DEDUPABLE),
    }),
  ])
  .describe("What files and writes into them contain. Default: random.");

const tree = z
  .strictObject({
    width: whole("Directories in each directory.", 1, 999_999),
    depth: whole("Levels of directories; 0: all files in one.", 0, 16),
    filesPerDirectory: whole("Files in each directory of the last level.", 1, MAX_FILES),
  })
  .describe("Directories within directories; the files lie in those of the last level.");

/** One dataset as written; sizes in bytes. */
export const DatasetSchema = z
  .strictObject({
    kind: choice(
      "files: loose files or objects. shards: `count` samples in tar files. Default: files.",
      ["files", "shards"],
    ).optional(),
    count: whole(
      "Files or objects; for shards, samples. May be left out where a tree says it.",
      1,
      MAX_FILES,
    ).optional(),
    size: z
      .union([size("Size of every file (for shards, of every sample)."), distribution])
      .describe("One size for all, such as `256MiB`, or a distribution."),
    shardSize: size("A tar shard is closed when it would pass this. Default: 64MiB.").optional(),
    filesPerDirectory: whole(
      "More files go into numbered sub-directories.",
      1,
      MAX_FILES,
    ).optional(),
    tree: tree.optional(),
    versions: whole(
      "Versions of each object, for a bucket that keeps them. Default: one, as in any bucket.",
      1,
      1000,
    ).optional(),
    suffix: text("Ending of the file names, such as `.jpg`. Default: .bin (shards: .tar).", {
      rule: /^\.[A-Za-z0-9]{1,16}$/,
      words: "a dot and a file ending, such as `.jpg`",
    }).optional(),
    data: data.optional(),
  })
  .describe("Test data that a target holds: written before it is needed, removed after the run.");

/** The same with nothing required, to read what can be read of one with mistakes. */
export const LooseDataset = DatasetSchema.partial();

export type DatasetText = z.output<typeof LooseDataset>;

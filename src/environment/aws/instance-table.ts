import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import type { Instance } from "../../model/target/target.ts";

const TABLE = fileURLToPath(new URL("../../../scenarios/instances.yaml", import.meta.url));
const MEGABYTE = 1e6;
/** Bytes per second in 1 Gb/s. */
const GIGABIT = 125e6;

const number = z.number().positive();
const source = z.strictObject({ title: z.string(), address: z.url(), date: z.string() });
const table = z.strictObject({
  source,
  compared: source,
  columns: z.tuple([
    z.literal("ebsBaseline"),
    z.literal("ebsMaximum"),
    z.literal("ebsBaselineIops"),
    z.literal("ebsMaximumIops"),
    z.literal("networkBaseline"),
    z.literal("networkMaximum"),
  ]),
  units: z.tuple([
    z.literal("MB/s"),
    z.literal("MB/s"),
    z.literal("1/s"),
    z.literal("1/s"),
    z.literal("Gb/s"),
    z.literal("Gb/s"),
  ]),
  types: z.record(
    z.string(),
    z
      .tuple([number, number, number, number, number, number])
      .refine(([eb, em, ib, im, nb, nm]) => eb <= em && ib <= im && nb <= nm, "baseline > maximum"),
  ),
});

let cached: z.output<typeof table> | null = null;

/** Limits of an instance type from the table in the package; null if it is not listed. */
export async function tableLimits(type: string): Promise<Instance | null> {
  cached ??= table.parse(parse(await readFile(TABLE, "utf8")));
  const row = Object.hasOwn(cached.types, type) ? cached.types[type] : undefined;
  if (row === undefined) return null;
  const [ebsBaseline, ebsMaximum, baselineIops, maximumIops, network, networkMaximum] = row;
  return {
    ebsBaselineBytesPerSecond: ebsBaseline * MEGABYTE,
    ebsMaximumBytesPerSecond: ebsMaximum * MEGABYTE,
    ebsBaselineIops: baselineIops,
    ebsMaximumIops: maximumIops,
    networkBaselineBytesPerSecond: network * GIGABIT,
    networkMaximumBytesPerSecond: networkMaximum * GIGABIT,
  };
}

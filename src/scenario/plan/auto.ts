import { AUTO_BOUNDS, type AutoAmount } from "../../model/plan/auto.ts";
import type { DatasetText } from "../schema/dataset-schema.ts";

/** A dataset as written, with the maximum in the place of `auto`. */
export type FixedText = Omit<DatasetText, "size" | "count"> & {
  readonly size?: Exclude<DatasetText["size"], "auto"> | undefined;
  readonly count?: number | undefined;
};

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * Replaces `auto` by its maximum and returns the automatic amounts. A `tree` limits the number of
 * files to its capacity.
 */
export function withMaximum(
  dataset: string,
  text: DatasetText,
): { readonly text: FixedText; readonly amounts: readonly AutoAmount[] } {
  const { size, count, tree, ...rest } = text;
  const bounds = boundsOf(text);
  const capacity = tree === undefined ? Infinity : capacityOf(tree);
  const max = Math.min(bounds.count.max, capacity);
  const files = { min: Math.min(bounds.count.min, max), max };
  const fixed: FixedText = {
    ...rest,
    ...(tree === undefined ? {} : { tree }),
    ...(size === undefined ? {} : { size: size === "auto" ? bounds.size.max : size }),
    ...(count === undefined ? {} : { count: count === "auto" ? files.max : count }),
  };
  const amounts = [
    ...(size === "auto" ? [{ dataset, field: "size" as const, ...bounds.size }] : []),
    ...(count === "auto" ? [{ dataset, field: "count" as const, ...files }] : []),
  ];
  return { text: fixed, amounts };
}

/** Problems of the bounds, each with the field that is too large. */
export function boundFaults({ auto = {} }: DatasetText): readonly (readonly [string, string])[] {
  const { minSize = 0, maxSize = Infinity, minCount = 0, maxCount = Infinity } = auto;
  return [
    ...(minSize > maxSize ? [["minSize", "`minSize` is larger than `maxSize`"] as const] : []),
    ...(minCount > maxCount ? [["minCount", "`minCount` is larger than `maxCount`"] as const] : []),
  ];
}

function boundsOf({ auto = {} }: DatasetText): { readonly size: Bounds; readonly count: Bounds } {
  return {
    size: filled(auto.minSize, auto.maxSize, AUTO_BOUNDS.size),
    count: filled(auto.minCount, auto.maxCount, AUTO_BOUNDS.count),
  };
}

/** A written bound moves the default of the other one that it crosses. */
function filled(min: number | undefined, max: number | undefined, usual: Bounds): Bounds {
  return {
    min: min ?? Math.min(usual.min, max ?? usual.min),
    max: max ?? Math.max(usual.max, min ?? usual.max),
  };
}

/** Number of files in a full tree. */
export function capacityOf(tree: NonNullable<DatasetText["tree"]>): number {
  return tree.width ** tree.depth * tree.filesPerDirectory;
}

import type { Problem } from "../../model/fault/errors.ts";
import type { AutoAmount } from "../../model/plan/auto.ts";
import {
  type DataKind,
  MAX_COMPRESSIBLE,
  MAX_DEDUPABLE,
  RANDOM_DATA,
} from "../../model/plan/data.ts";
import {
  type DatasetPlan,
  MAX_FILES,
  type SizeDistribution,
  tooManyFiles,
} from "../../model/plan/dataset.ts";
import { salvage } from "../../yaml/problems.ts";
import { locate, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import { LooseDataset } from "../schema/dataset-schema.ts";
import { NAME } from "../schema/schema.ts";
import { boundFaults, capacityOf, type FixedText, withMaximum } from "./auto.ts";

const MIB = 1024 ** 2;

type DatasetFault = readonly [at: readonly string[], message: string];

/**
 * Returns the datasets by name with all defaults filled; null for an invalid dataset. `auto` has
 * its maximum until the plan is fitted to a target; `amounts` lists these values. All datasets
 * use the scenario's seed, so files and shards with the same count and size hold the same samples.
 */
export function planDatasets(
  source: YamlSource,
  seed: number,
): {
  readonly datasets: ReadonlyMap<string, DatasetPlan | null>;
  readonly amounts: readonly AutoAmount[];
  readonly problems: readonly Problem[];
} {
  const allAmounts: AutoAmount[] = [];
  const problems: Problem[] = [];
  const datasets = new Map<string, DatasetPlan | null>();
  const written = valueAt(source.value, ["datasets"]);
  const names = typeof written === "object" && written !== null ? Object.keys(written) : [];
  if (names.length === 0 && typeof written === "object" && written !== null) {
    const place = locate(source, ["datasets"], "value");
    problems.push({ ...place, message: "`datasets` is empty; expected at least one dataset" });
  }
  for (const name of names) {
    const { value, broken } = salvage(LooseDataset, valueAt(written, [name]));
    const { text, amounts } = withMaximum(name, value ?? {});
    allAmounts.push(...amounts);
    const faults =
      value === null
        ? []
        : [
            ...faultsOf(text),
            ...treeFaults(text, broken),
            ...boundFaults(value).map(([at, message]): DatasetFault => [["auto", at], message]),
          ];
    if (!NAME.rule.test(name)) {
      const message = `expected ${NAME.words}, got \`${name}\``;
      problems.push({ ...locate(source, ["datasets", name], "key"), message });
    }
    for (const [at, message] of faults) {
      problems.push({ ...locate(source, ["datasets", name, ...at], "value"), message });
    }
    const isValid = value !== null && broken.size === 0 && faults.length === 0;
    datasets.set(name, isValid ? planDataset(name, text, seed) : null);
  }
  const tooMany = tooManyFiles([...datasets.values()].filter((one) => one !== null));
  if (tooMany !== null) {
    const message = `expected ${tooMany.expected}, got ${tooMany.got}`;
    problems.push({ ...locate(source, ["datasets"], "key"), message });
  }
  return { datasets, amounts: allAmounts, problems };
}

function planDataset(name: string, text: FixedText, seed: number): DatasetPlan | null {
  const { size, kind = "files", tree } = text;
  const count = text.count ?? (tree === undefined ? null : capacityOf(tree));
  const distribution = size === undefined ? null : planSize(size);
  if (count === null || distribution === null) return null;
  return {
    name,
    kind,
    count,
    size: distribution,
    seed,
    shardBytes: kind === "shards" ? (text.shardSize ?? 64 * MIB) : 0,
    filesPerDirectory: tree?.filesPerDirectory ?? text.filesPerDirectory ?? 10_000,
    ...(tree === undefined ? {} : { tree: { width: tree.width, depth: tree.depth } }),
    suffix: text.suffix ?? (kind === "shards" ? ".tar" : ".bin"),
    data: planData(text.data),
    ...(text.versions === undefined ? {} : { versions: text.versions }),
  };
}

function planData(data: FixedText["data"]): DataKind {
  if (data === undefined || data === "random") return RANDOM_DATA;
  const { compressible = 1, dedupable = 1 } = data;
  return { ...RANDOM_DATA, compressible, dedupable };
}

function dataFaults({ data, kind = "files" }: FixedText): readonly DatasetFault[] {
  const { compressible, dedupable } = planData(data);
  const faults: DatasetFault[] = [];
  const ratios = [
    ["compressible", compressible, MAX_COMPRESSIBLE],
    ["dedupable", dedupable, MAX_DEDUPABLE],
  ] as const;
  for (const [field, value, most] of ratios) {
    if (value >= 1 && value <= most) continue;
    faults.push([["data", field], `expected a ratio from 1 to ${most}, got ${value}`]);
  }
  if (kind === "shards" && dedupable > 1) {
    const why = "samples in a tar file are not aligned to the units of a deduplicator";
    faults.push([["data", "dedupable"], `\`dedupable\` needs \`kind: files\`: ${why}`]);
  }
  return faults;
}

function treeFaults(text: FixedText, broken: ReadonlySet<string>): readonly DatasetFault[] {
  const { tree, count, kind = "files" } = text;
  const capacity = tree === undefined ? null : capacityOf(tree);
  if (broken.has("tree") || broken.has("count")) return [];
  if (capacity === null) {
    const message = "`count` is missing; expected `count` or a `tree`";
    return count === undefined ? [[["count"], message]] : [];
  }
  const faults: DatasetFault[] = [];
  if (kind === "shards") {
    faults.push([["tree"], "`tree` needs `kind: files`; remove `tree` or `kind: shards`"]);
  }
  if (text.filesPerDirectory !== undefined) {
    const message = "`filesPerDirectory` is part of `tree`; remove it here";
    faults.push([["filesPerDirectory"], message]);
  }
  if (count === undefined && capacity > MAX_FILES) {
    const message = `expected a tree of at most ${MAX_FILES} files, got ${capacity}`;
    faults.push([["tree"], message]);
  }
  if (count !== undefined && count > capacity) {
    const message = `the tree holds at most ${capacity} files, got ${count}`;
    faults.push([["count"], `${message}; reduce \`count\` or enlarge the tree`]);
  }
  return faults;
}

function planSize(size: NonNullable<FixedText["size"]>): SizeDistribution | null {
  if (typeof size === "number") return { kind: "fixed", bytes: size };
  if (size.uniform !== undefined) {
    return { kind: "uniform", minBytes: size.uniform.min, maxBytes: size.uniform.max };
  }
  if (size.lognormal === undefined) return null;
  const { mean, sd, min = 1, max = 10 * mean } = size.lognormal;
  return {
    kind: "lognormal",
    meanBytes: mean,
    standardDeviationBytes: sd,
    minBytes: min,
    maxBytes: max,
  };
}

function faultsOf(text: FixedText): readonly DatasetFault[] {
  const faults: DatasetFault[] = [];
  const { kind = "files", size } = text;
  const count = text.count ?? (text.tree === undefined ? 1 : capacityOf(text.tree));
  if (kind === "files" && text.shardSize !== undefined) {
    faults.push([["shardSize"], "`shardSize` needs `kind: shards`; the dataset has files"]);
  }
  if (kind === "shards" && text.suffix !== undefined && text.suffix !== ".tar") {
    faults.push([["suffix"], `shards are tar files; expected \`.tar\`, got \`${text.suffix}\``]);
  }
  faults.push(...dataFaults(text));
  if (size === undefined) return faults;
  if (typeof size !== "number") {
    const kinds = [size.uniform, size.lognormal].filter((one) => one !== undefined);
    if (kinds.length !== 1) {
      return [...faults, [["size"], "expected either `uniform` or `lognormal`"]];
    }
  }
  const planned = planSize(size);
  if (planned === null) return faults;
  const at = ["size", ...(planned.kind === "fixed" ? [] : [planned.kind])];
  const most = planned.kind === "fixed" ? planned.bytes : planned.maxBytes;
  if (planned.kind !== "fixed" && planned.minBytes > planned.maxBytes) {
    faults.push([[...at, "min"], "`min` is larger than `max`"]);
  }
  if (planned.kind === "lognormal") {
    const { meanBytes, minBytes, maxBytes } = planned;
    if (meanBytes < minBytes || meanBytes > maxBytes) {
      faults.push([[...at, "mean"], "`mean` is outside of `min` and `max`"]);
    }
  }
  if (most * count > Number.MAX_SAFE_INTEGER) {
    faults.push([["count"], "`count` times `size` exceeds the maximum of 2^53 bytes"]);
  }
  return faults;
}

import fc from "fast-check";
import type { DatasetLocation } from "../../../src/model/plan/dataset.ts";
import {
  type AccessParameters,
  NO_PARAMETERS,
  type PhasePlan,
} from "../../../src/model/plan/plan.ts";
import { type Issued, issue } from "../support.ts";

/** Access of a phase over blocks, parameters included. */
export type Pattern = Pick<PhasePlan, "access" | "accessParameters">;

export function pattern(
  access: PhasePlan["access"],
  parameters: Partial<AccessParameters> = {},
): Pattern {
  return { access, accessParameters: { ...NO_PARAMETERS, ...parameters } };
}

const SHARED = { region: "shared" } as const;

/** Patterns that visit each block once an epoch. */
export const WALKS: readonly Pattern[] = [
  pattern("sequential"),
  pattern("sequential", SHARED),
  pattern("reverse"),
  pattern("reverse", SHARED),
  pattern("strided", { strideBytes: 4 * 65_536 }),
  pattern("strided", { strideBytes: 3 * 65_536, ...SHARED }),
  pattern("permutation"),
];

/** Patterns that draw any block, again and again. */
export const DRAWS: readonly Pattern[] = [
  pattern("random"),
  pattern("zipf", { theta: 0.99 }),
  pattern("hotspot", { hotOperationsShare: 0.8, hotDataShare: 0.2 }),
];

/** Blocks of one size, and mixes of sizes whose largest is 64 KiB. */
export const SIZES: readonly Pick<PhasePlan, "blockBytes" | "blockMix">[] = [
  { blockBytes: 65_536, blockMix: [] },
  {
    blockBytes: 65_536,
    blockMix: [
      { bytes: 4096, weight: 70 },
      { bytes: 65_536, weight: 30 },
    ],
  },
  {
    blockBytes: 65_536,
    blockMix: [
      { bytes: 512, weight: 1 },
      { bytes: 16_384, weight: 2 },
      { bytes: 65_536, weight: 1 },
    ],
  },
];

export const anyWalk = fc.constantFrom(...WALKS);
export const anyPattern = fc.constantFrom(...WALKS, ...DRAWS);
export const anySizes = fc.constantFrom(...SIZES);

/** Distribution of a plan's workers over threads: threads per worker and depth per thread. */
export interface Shape {
  readonly workers: number;
  readonly lanes: number;
  readonly depth: number;
  readonly seed: number;
}

/**
 * Operations of a plan's workers, by worker. `turns` decides which slot of a thread asks
 * next; where a worker is several threads, these ask one after the other.
 */
export function byWorkers(
  phase: PhasePlan,
  dataset: DatasetLocation,
  { workers, lanes, depth, seed }: Shape,
  turns: readonly number[],
): readonly (readonly Issued[])[] {
  return Array.from({ length: workers }, (_, planned) => {
    const threads = Array.from({ length: lanes }, (_, lane) => {
      const worker = planned * lanes + lane;
      const part = { worker, workers: workers * lanes, planned: workers, depth, seed };
      return issue(phase, dataset, part, 1e5, turns);
    });
    const longest = Math.max(...threads.map(({ length }) => length));
    return Array.from({ length: longest }, (_, turn) =>
      threads.flatMap((issued) => issued[turn] ?? []),
    ).flat();
  });
}

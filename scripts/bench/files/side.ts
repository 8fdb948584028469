/**
 * The sides of a comparison of whole files: `assay.ts` runs our command line, `elbencho.ts` that
 * program, `plain.ts` synchronous calls of Node. `new-file-system.ts` keeps one run from another.
 */

import type { CpuCost } from "../runner/statistics.ts";

/** In the order they are measured: each finds the files that the one before it left. */
export const FILES_OPERATIONS = ["create", "stat", "fetch", "delete"] as const;
export type FilesOperation = (typeof FILES_OPERATIONS)[number];

/** The files, the same for each side. */
export interface FilesLoad {
  readonly count: number;
  readonly fileBytes: number;
  readonly filesPerDirectory: number;
  readonly workers: number;
  readonly queueDepth: number;
  /**
   * `timed`: stat and fetch repeat their pass for a time, after a warm-up. `cold`: each operation
   * is one counted pass in a fresh process. `warm`: the same after the same passes, which rehearse.
   */
  readonly passes: "timed" | "cold" | "warm";
}

/** Rate and cost of one operation in one run. */
export interface FilesRate extends CpuCost {
  readonly operationsPerSecond: number;
}

/** One run of a side. */
export type FilesSample = Readonly<Partial<Record<FilesOperation, FilesRate>>>;

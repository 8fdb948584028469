import { RANDOM_DATA } from "../../../src/model/plan/data.ts";
import type { DatasetLocation } from "../../../src/model/plan/dataset.ts";
import type { BucketAddress } from "../../../src/model/target/target.ts";

/** The same load for each side, on the same server. */
export interface S3Load {
  readonly operation: "fetch" | "create" | "upload";
  readonly objectBytes: number;
  readonly connections: number;
  readonly tls: boolean;
  /** Parts of one object in flight; 1 for operations without parts. */
  readonly partConcurrency: number;
}

/** The objects that are read, or written over and over. */
export function benchDataset({ objectBytes }: S3Load): DatasetLocation {
  const count = 16;
  return {
    name: "bench",
    folder: `bench-${objectBytes}`,
    suffix: ".bin",
    filesPerDirectory: 1000,
    count,
    sizes: new Float64Array(count).fill(objectBytes),
    totalBytes: count * objectBytes,
    samples: null,
    seed: 1,
    data: RANDOM_DATA,
  };
}

/** Starts a load that goes on until the process ends; `onDone` gets the bytes of an operation. */
export type StartLoad = (
  address: BucketAddress,
  load: S3Load,
  onDone: (bytes: number) => void,
) => Promise<void>;

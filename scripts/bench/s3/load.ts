/**
 * The load of an S3 cell, and the sides that send it: `assay.ts` runs our command line, `warp.ts`
 * that program, `undici.ts` a client of undici in a separate process. `delaying-relay.ts` makes
 * the server as slow as a remote one. Read this file first.
 */
import type { BucketAddress } from "../../../src/model/target/target.ts";
import type { CpuCost } from "../runner/statistics.ts";

/** The same load for each side, on the same server. */
export interface S3Load {
  readonly operation: "fetch" | "create" | "upload" | "list";
  /** Also the size of objects that are listed. */
  readonly objectBytes: number;
  readonly connections: number;
  readonly tls: boolean;
  /** Parts of one object in flight; 1 for operations without parts. */
  readonly partConcurrency: number;
  /** Whether bodies that are sent are hashed with SHA-256 for their signature. */
  readonly hashed: boolean;
}

/** A server with a bucket and the credentials for it. */
export interface S3Server {
  readonly address: BucketAddress;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** One run of a side. */
export interface S3Sample extends CpuCost {
  /** Objects; requests of a list. */
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
}

export const PART_BYTES = 8 * 2 ** 20;
/** Keys that a server returns in one response, and objects that each list reads. */
export const KEYS_PER_LIST = 1000;
/** Objects that are read, or sent in parts, over and over. */
const OBJECTS = 16;
/** Objects per connection that PUTs overwrite: none of them waits for another. */
const PUT_OBJECTS = 16;

export function objectsOf({ operation, connections }: S3Load): number {
  if (operation === "list") return connections * KEYS_PER_LIST;
  return operation === "create" ? connections * PUT_OBJECTS : OBJECTS;
}

/** Seconds of load before anything counts. */
export const WARMUP_SECONDS = 1.5;

/** The objects that undici reads. */
export function readObjects({ objectBytes }: S3Load): readonly string[] {
  return Array.from({ length: OBJECTS }, (_, i) => `bench-${objectBytes}/${i}.bin`);
}

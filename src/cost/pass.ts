import type { DatasetPlan } from "../model/plan/dataset.ts";
import { IN_PARTS, OPERATION, type Operation } from "../model/plan/operation.ts";
import type { PhasePlan } from "../model/plan/plan.ts";
import { itemsOf } from "./objects.ts";
import { requestsEach } from "./requests.ts";

/** One operation of a phase, over one pass over the dataset: every item once. */
export interface Pass {
  /** Operations of the pass, all workers. */
  readonly operations: number;
  readonly requests: number;
  readonly bytes: number;
  /** Maximum requests of one operation. */
  readonly mostRequests: number;
  /** Minimum bytes of one operation, which may be 0. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** Requests of one operation that are in flight concurrently. */
  readonly concurrent: number;
  /** Requests of one operation that wait for each other, mean of the pass. */
  readonly serial: number;
}

const NO_BYTES = { bytes: 0, leastBytes: 0, mostBytes: 0 };

/** Counts one pass of an operation over a dataset in a bucket. */
export function passOf(phase: PhasePlan, operation: Operation, dataset: DatasetPlan): Pass {
  const { objects, samples } = itemsOf(dataset);
  const { unit, moves } = OPERATION[operation];
  const one = { mostRequests: 1, concurrent: 1, serial: 1 };
  switch (unit) {
    case "block": {
      if (phase.access === "samples") {
        const { count, totalBytes: bytes, leastBytes, mostBytes } = samples;
        return { ...one, operations: count, requests: count, bytes, leastBytes, mostBytes };
      }
      return blockPass(phase, dataset);
    }
    case "sample": {
      // A request reads one shard from its start to its end, for all samples in it.
      const { count: requests, totalBytes: bytes } = objects;
      const { count: operations, leastBytes, mostBytes } = samples;
      return { ...one, operations, requests, bytes, leastBytes, mostBytes };
    }
    case "batch": {
      const operations = batches(objects.count, phase);
      return { ...one, ...NO_BYTES, operations, requests: operations };
    }
    case "directory":
      return listingPass(phase, operation, dataset);
    case "file": {
      const { count: operations, totalBytes, leastBytes, mostBytes } = objects;
      const requests = objects.sum((bytes) => requestsEach(phase, operation, bytes));
      const mostRequests = requestsEach(phase, operation, mostBytes);
      const concurrent = IN_PARTS.has(operation) ? phase.partConcurrency : 1;
      const serial =
        objects.sum((bytes) => serialRequests(phase, operation, bytes)) / Math.max(1, operations);
      const counted = { operations, requests, mostRequests, concurrent, serial };
      // S3 charges a restore by the size of the object.
      if (moves === "nothing" && operation !== "restore") return { ...counted, ...NO_BYTES };
      return { ...counted, bytes: totalBytes, leastBytes, mostBytes };
    }
  }
}

/** Requests for many objects: each worker splits its own share. */
function batches(count: number, { workers, keysPerRequest }: PhasePlan): number {
  const least = Math.floor(count / workers);
  const more = count % workers;
  const ofLeast = (workers - more) * Math.ceil(least / keysPerRequest);
  return more * Math.ceil((least + 1) / keysPerRequest) + ofLeast;
}

/** Requests of an operation that wait for each other: parts of one object are concurrent. */
function serialRequests(phase: PhasePlan, operation: Operation, bytes: number): number {
  const all = requestsEach(phase, operation, bytes);
  if (!IN_PARTS.has(operation)) return all;
  const parts = Math.max(1, Math.ceil(bytes / phase.partBytes));
  return all - parts + Math.ceil(parts / phase.partConcurrency);
}

function blockPass({ blockBytes, blockMix, workers }: PhasePlan, dataset: DatasetPlan): Pass {
  const { objects } = itemsOf(dataset);
  const blocks = objects.sum((bytes) => Math.floor(bytes / blockBytes));
  const weights = blockMix.reduce((sum, { weight }) => sum + weight, 0);
  const mean =
    blockMix.length === 0
      ? blockBytes
      : blockMix.reduce((sum, { bytes, weight }) => sum + (bytes * weight) / weights, 0);
  const least = Math.min(blockBytes, ...blockMix.map(({ bytes }) => bytes));
  const drawn = (blocks * blockBytes) / mean;
  const operations = blockMix.length === 0 ? blocks : Math.ceil(withDeviation(drawn)) + workers;
  const bytes = blocks * blockBytes;
  const one = { mostRequests: 1, concurrent: 1, serial: 1 };
  const sizes = { leastBytes: least, mostBytes: blockBytes };
  return { ...one, ...sizes, operations, requests: operations, bytes };
}

function listingPass(phase: PhasePlan, operation: Operation, dataset: DatasetPlan): Pass {
  const { prefix, pageSize } = phase.listing;
  const { count } = itemsOf(dataset).objects;
  const all = prefix === "dataset";
  const directories = Math.max(1, Math.ceil(count / dataset.filesPerDirectory));
  const operations = all ? phase.workers : directories;
  const keys = all ? count : Math.min(count, dataset.filesPerDirectory);
  const versions = OPERATION[operation].reliesOn === "versions" ? (dataset.versions ?? 1) : 1;
  // Copies of the same mix are listed as well.
  const copies = phase.mix.some((one) => OPERATION[one.operation].moves === "copies") ? 2 : 1;
  // A server may announce a page after a full one, although it is empty.
  const pages = Math.floor((keys * versions * copies) / pageSize) + 1;
  return {
    ...NO_BYTES,
    operations,
    requests: operations * pages,
    mostRequests: pages,
    concurrent: 1,
    serial: Math.max(1, pages - 1),
  };
}

/** Adds four standard deviations to the mean of a count of random events. */
export function withDeviation(mean: number): number {
  return mean + 4 * Math.sqrt(mean);
}

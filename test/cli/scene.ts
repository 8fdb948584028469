import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Bench, makeBench } from "./bench.ts";
import { type MemoryStore, startMemoryStore } from "./memory-store.ts";

/** The limit is 2 s; the rest is for a machine that is busy with other tests. */
export const ENDS_WITHIN_MS = 2000 + 3000;

/** One phase that reads eight objects. */
export const objects = (engine: string, duration: string): string =>
  `name: objects
datasets: { d: { count: 8, size: 4KiB } }
phases:
  - { name: get, engine: ${engine}, operation: fetch, workers: 1, queueDepth: 4, DURATION }
`.replace("DURATION", `duration: ${duration}`);

/** Where a command waits: a bench, and a store that can fall silent. */
export interface Scene {
  readonly bench: Bench;
  readonly store: MemoryStore;
  readonly bucket: readonly string[];
  /** A path that can be opened, but whose first byte never comes. */
  readonly fifo: string;
}

/** Credentials that no one checks. */
export const KEYS = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

export const isData = (key: string): boolean => key !== "" && !key.endsWith("manifest.json");

export async function sceneOf(): Promise<Scene> {
  const bench = makeBench("memory");
  const store = await startMemoryStore();
  onTestFinished(() => store[Symbol.asyncDispose]());
  const fifo = join(bench.cwd, "fifo.yaml");
  execFileSync("sh", ["-c", 'mkfifo "$0"', fifo]);
  const bucket = ["-t", "s3://assay/x", "--endpoint", store.endpoint, "--region", "us-east-1"];
  return { bench, store, bucket, fifo };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { RANDOM_DATA } from "../../src/model/plan/data.ts";
import type { DatasetPlan } from "../../src/model/plan/dataset.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { openTarget } from "../../src/storage/index.ts";
import type { OpenOptions, PrepareOptions } from "../../src/storage/target/target.ts";

/** A small dataset of files; options override its fields. */
export function filesPlan(changes: Partial<DatasetPlan> = {}): DatasetPlan {
  return {
    name: "files",
    kind: "files",
    count: 10,
    size: { kind: "fixed", bytes: 5000 },
    seed: 42,
    shardBytes: 0,
    filesPerDirectory: 1000,
    suffix: ".bin",
    data: RANDOM_DATA,
    ...changes,
  };
}

/** The same samples in shards. */
export function shardsPlan(changes: Partial<DatasetPlan> = {}): DatasetPlan {
  return filesPlan({
    name: "shards",
    kind: "shards",
    shardBytes: 64 * 1024,
    suffix: ".tar",
    ...changes,
  });
}

/** A directory for one test, removed at its end. */
export function scratch(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "assay-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A path as a declared target. */
export function directorySpec(path: string): TargetSpec {
  return { name: "here", kind: "directory", address: { kind: "path", path }, provisioned: {} };
}

export function openOptions(changes: Partial<OpenOptions> = {}): OpenOptions {
  return { runId: "run-1", assayVersion: "0.0.0", datasets: [], reuse: false, ...changes };
}

export function prepareOptions(changes: Partial<PrepareOptions> = {}): PrepareOptions {
  return { progress: () => {}, signal: new AbortController().signal, ...changes };
}

/** A run with an open target directory; `root` is the run's directory in it. */
export async function openedRun(datasets: readonly DatasetPlan[]) {
  const path = scratch();
  const spec = directorySpec(path);
  const session = await openTarget(spec, openOptions({ datasets }));
  return { path, spec, session, root: join(path, "assay-run-1") };
}

/** Collects the warnings of opening a target. */
export function listener() {
  const warnings: string[] = [];
  return { warnings, onWarning: (message: string) => void warnings.push(message) };
}

/** The error of a rejected promise; fails the test if the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

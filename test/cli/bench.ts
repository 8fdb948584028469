import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scratch } from "../storage/support.ts";

/** A bench to work at: a folder with room for a target, results and scenarios. */
export interface Bench {
  readonly cwd: string;
  readonly target: string;
  readonly results: string;
  /** Writes a scenario file and returns its path. */
  scenario(name: string, text: string): string;
}

/** Where many small files are quick to write and remove, whatever disk is below. */
const IN_MEMORY = "/dev/shm";

/** A folder of its own for one test, with an empty target in it. */
export function makeBench(medium: "disk" | "memory" = "disk"): Bench {
  const parent = medium === "memory" && existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir();
  return benchAt(scratch(parent));
}

/** The same for all tests of a file, which has to remove it. */
export function freshBench(): { readonly bench: Bench; remove(): void } {
  const cwd = mkdtempSync(join(tmpdir(), "assay-test-"));
  return { bench: benchAt(cwd), remove: () => rmSync(cwd, { recursive: true, force: true }) };
}

function benchAt(cwd: string): Bench {
  const target = join(cwd, "target");
  mkdirSync(target);
  return {
    cwd,
    target,
    results: join(cwd, "results"),
    scenario(name, text) {
      const path = join(cwd, `${name}.yaml`);
      writeFileSync(path, text);
      return path;
    },
  };
}

/** Reads of one small dataset, `phases` of them, each as long as said. */
export function readsFor(durations: readonly string[], warmup = "0s"): string {
  const phase = (duration: string, index: number): string =>
    `  - { name: read-${index + 1}, operation: read, access: random, blockSize: 4KiB, ` +
    `duration: ${duration} }`;
  return [
    "name: reads",
    "datasets: { data: { count: 2, size: 64KiB } }",
    `defaults: { workers: 2, warmup: ${warmup}, cache: warm }`,
    "phases:",
    ...durations.map(phase),
    "",
  ].join("\n");
}

/** One pass over many small files: long to write and long to remove. */
export function manyFiles(count: number, duration: string): string {
  return [
    "name: many-files",
    `datasets: { data: { count: ${count}, size: 512B, filesPerDirectory: 1000 } }`,
    "defaults: { workers: 1, cache: warm }",
    "phases:",
    `  - { name: fetch, operation: fetch, duration: ${duration} }`,
    "",
  ].join("\n");
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import type { PhaseResult } from "../../src/model/run/run.ts";
import { assay, onlyRun, runFolders } from "./assay.ts";
import { type Bench, makeBench } from "./bench.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const BYTES = 3 * 2 ** 20;

const PATTERNS = `
name: patterns
datasets: { data: { count: 3, size: 1MiB } }
defaults: { workers: 2, queueDepth: 3, cache: warm, operation: read }
phases:
  - name: walk
    epochs: 1
    blockSize: { 4KiB: 70, 64KiB: 30 }
    matrix:
      access:
        - reverse: { region: shared }
        - strided: { stride: 256KiB }
        - permutation
  - name: draw
    totalBytes: 3MiB
    access: hotspot
    matrix: { blockSize: [4KiB, { 512B: 1, 16KiB: 2 }] }
  - name: mixed
    mix: { read: 70, write: 30 }
    operations: 1000
    access: zipf
    blockSize: { 4KiB: 70, 64KiB: 30 }
`;

const COVERS = `
name: covers
datasets: { data: { count: 3, size: 1MiB } }
phases:
  - { name: read, operation: read, access: permutation, blockSize: 64KiB, epochs: 1 }
  - name: write
    operation: write
    access: permutation
    blockSize: { 4KiB: 70, 64KiB: 30 }
    epochs: 1
`;

async function phasesOf(bench: Bench, text: string, more: readonly string[]) {
  const args = ["run", bench.scenario("scenario", text), "-q", "-t", bench.target];
  const ended = await assay([...args, "--print", "nothing", ...more], bench);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return onlyRun(bench.results).phases;
}

/** What a phase counted, by operation; nothing in it depends on time. */
function counted({ phase, errors, summaries }: PhaseResult) {
  const totals = summaries.map(({ operation, operations, bytes }) => [
    operation,
    operations,
    bytes,
  ]);
  return { name: phase.name, errors, totals };
}

describe("access patterns on real files", () => {
  it("count the same on threads and in io_uring, every byte of a walk once", async () => {
    const threads = (await phasesOf(makeBench("memory"), PATTERNS, ["--set", "engine=sync"])).map(
      counted,
    );
    expect(threads).toHaveLength(6);
    for (const { name, errors, totals } of threads) {
      expect(errors).toEqual([]);
      const bytes = Number(totals[0]?.[2]);
      if (name.startsWith("walk")) expect({ name, bytes }).toEqual({ name, bytes: BYTES });
      else if (name.startsWith("draw")) expect(Math.abs(bytes - BYTES)).toBeLessThan(2 * 16_384);
    }
    const all = threads.at(-1)?.totals.map(([, operations, bytes]) => [operations, bytes]) ?? [];
    expect(all[0]).toEqual([
      Number(all[1]?.[0]) + Number(all[2]?.[0]),
      Number(all[1]?.[1]) + Number(all[2]?.[1]),
    ]);
    if (refusal !== undefined) return;
    const ring = await phasesOf(makeBench("memory"), PATTERNS, ["--set", "engine=uring"]);
    expect(ring.map(counted)).toEqual(threads);
  });

  it("write every block of a dataset that a permutation covers", async () => {
    const [untouched, written] = [makeBench("memory"), makeBench("memory")];
    const keep = ["--keep-data", "--set", "cache=warm"];
    const [readOnly = ""] = COVERS.split("  - name: write");
    await phasesOf(untouched, readOnly, keep);
    await phasesOf(written, COVERS, [...keep, "--set", "workers=3", "--set", "queueDepth=2"]);
    const [before, after] = [contents(untouched), contents(written)];
    expect(after.length).toBe(BYTES);
    for (let at = 0; at < BYTES; at += 4096) {
      expect(after.compare(before, at, at + 4096, at, at + 4096)).not.toBe(0);
    }
  });
});

/** The files of the kept dataset, one after the other. */
function contents({ target }: Bench): Buffer {
  const folder = join(target, runFolders(target)[0] ?? "", "data");
  const names = readdirSync(folder).sort();
  return Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
}

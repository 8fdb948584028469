import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import {
  startVolume,
  type Volume,
  type VolumeOptions,
} from "../../../scripts/emulated-volume/start.ts";
import { onPath } from "../../../scripts/minio/binary.ts";
import { uringRefusal } from "../../../src/engine/uring.ts";
import type { Run } from "../../../src/model/run.ts";
import { canEmulate, SCRATCH, traces, useScratch } from "./support.ts";

useScratch();
const ASSAY = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const MIB = 2 ** 20;

/**
 * The throttle hands out I/O in slices of 100 ms. One of them more or less at the ends of a
 * measurement is 1 % of 10 s, and no fault of anybody's.
 */
const SLICE_SECONDS = 0.1;

/**
 * With so many requests in flight that each of the throttle's slices of 100 ms is used up by what
 * already waits for it, a busy machine changes little: the kernel hands them out by itself. Before
 * others, what we start need not wait long; it uses next to no processor time.
 */
const refusal = uringRefusal();
if (refusal !== null) process.stderr.write(`skipped: ${refusal}\n`);
const BEFORE_OTHERS = ["nice", "-n", "-10"];
const possible = test.skipIf(refusal !== null || !(await canEmulate()));
const fio = await onPath("fio", process.env);
if (fio === null) process.stderr.write("without fio beside it: it is not installed\n");

/** A volume for one test, gone when its work is done. */
async function withVolume(
  options: Omit<VolumeOptions, "sizeBytes" | "folder">,
  work: (volume: Volume) => Promise<void>,
): Promise<void> {
  const volume = await startVolume({ ...options, sizeBytes: 128 * MIB, folder: SCRATCH });
  if ("unavailable" in volume) throw new Error(volume.unavailable);
  try {
    await work(volume);
  } finally {
    await volume.stop();
  }
  expect(traces(volume.id)).toEqual([]);
}

interface Load {
  readonly mix?: Readonly<Record<string, number>>;
  readonly access: "random" | "sequential";
  readonly blockSize: string;
  readonly queueDepth: number;
  readonly warmup: string;
  readonly duration: string;
}

const RANDOM: Load = {
  access: "random",
  blockSize: "4KiB",
  queueDepth: 1024,
  // The slices begin with the load: half a slice more, and none ends when the measurement does.
  warmup: "1050ms",
  duration: "5s",
};

let runs = 0;

const LARGE = { access: "sequential", blockSize: "1MiB", queueDepth: 16 } as const;

/** Runs our command line in the volume's group, and returns the folder of what it stored. */
async function measure(volume: Volume, load: Load, keep: readonly string[] = []): Promise<string> {
  const { mix = { read: 1 }, ...rest } = load;
  const scenario = join(SCRATCH, `${runs++}.yaml`);
  const phase = { name: "cell", mix, workers: 1, cache: "direct", engine: "uring", ...rest };
  const datasets = { data: { count: 1, size: "64MiB" } };
  writeFileSync(scenario, JSON.stringify({ name: "cell", datasets, phases: [phase] }));
  const results = `${scenario}.results`;
  const words = ["run", scenario, "--target", volume.path, "--results", results];
  const [program, ...parameters] = volume.throttled([
    ...[...BEFORE_OTHERS, process.execPath, ASSAY, ...words, "--print", "path", "--quiet", ...keep],
  ]);
  const { stdout } = await promisify(execFile)(program, parameters, { cwd: SCRATCH });
  return join(results, stdout.trim().split("/").at(-1) ?? "");
}

/** Operations and bytes a second of the only phase. */
function ratesOf(folder: string): { operations: number; bytes: number } {
  const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as Run;
  const all = run.phases[0]?.summaries.find(({ operation }) => operation === "all");
  return { operations: all?.operationsPerSecond ?? 0, bytes: all?.bytesPerSecond ?? 0 };
}

/** Operations a second between two times of the only phase, from the time line. */
function ratesBetween(folder: string): (fromS: number, toS: number) => number {
  const lines = readFileSync(join(folder, "intervals.csv"), "utf8").trim().split("\n").slice(1);
  const cells = lines.map((line) => line.split(",").map(Number));
  return (fromS, toS) => {
    const within = cells.filter(([, , , at = 0]) => at > fromS - 0.05 && at < toS - 0.05);
    return within.reduce((sum, cell) => sum + (cell[6] ?? 0), 0) / (toS - fromS);
  };
}

/** The same with fio, for a witness; it counts the time in which a deep queue drains. */
async function fioRates(
  volume: Volume,
  load: Load,
): Promise<{ operations: number; bytes: number } | null> {
  if (fio === null) return null;
  const [program, ...parameters] = volume.throttled([
    ...[
      ...BEFORE_OTHERS,
      fio,
      "--name=cell",
      `--filename=${join(volume.path, "fio")}`,
      "--size=32MiB",
    ],
    ...[`--rw=${load.access === "random" ? "randread" : "read"}`, "--direct=1"],
    ...[
      `--bs=${load.blockSize.replace("iB", "")}`,
      `--iodepth=${load.access === "random" ? 64 : 4}`,
    ],
    ...["--ioengine=io_uring", "--time_based", "--runtime=5", "--ramp_time=1"],
    "--output-format=json",
  ]);
  const { stdout } = await promisify(execFile)(program, parameters, { cwd: SCRATCH });
  const { read } = JSON.parse(stdout.slice(stdout.indexOf("{"))).jobs[0];
  return { operations: read.iops, bytes: read.bw_bytes };
}

/** Within the share, or the slice more or less that a measurement of some seconds can have. */
function expectWithin(share: number, measured: number, expected: number, seconds: number): void {
  const most = Math.max(share, SLICE_SECONDS / seconds) + 0.001;
  expect(measured / expected).toBeGreaterThan(1 - most);
  expect(measured / expected).toBeLessThan(1 + most);
}

// A busy machine can hold up either end of a measurement; a wrong limit is wrong every time.
describe.concurrent("measured by assay", { retry: 2 }, () => {
  possible("a volume of N IOPS has N IOPS, with fio too", () =>
    withVolume({ kind: "gp3", iops: 1000 }, async (volume) => {
      const load = { ...RANDOM, duration: "10s" };
      expectWithin(0.01, ratesOf(await measure(volume, load)).operations, 1000, 10);
      const witness = await fioRates(volume, load);
      if (witness !== null) expectWithin(0.1, witness.operations, 1000, 5);
    }),
  );

  possible("a volume of M MiB/s has M MiB/s, with fio too", () =>
    withVolume({ kind: "st1", bytesPerSecond: 40 * MIB }, async (volume) => {
      const load = { ...RANDOM, ...LARGE, duration: "10s" };
      expectWithin(0.01, ratesOf(await measure(volume, load)).bytes, 40 * MIB, 10);
      const witness = await fioRates(volume, load);
      if (witness !== null) expectWithin(0.1, witness.bytes, 40 * MIB, 5);
    }),
  );

  possible("reads and writes count together", () =>
    withVolume({ kind: "gp3", iops: 2000 }, async (volume) => {
      const load = { ...RANDOM, mix: { read: 70, write: 30 }, warmup: "2050ms" };
      // Were each direction allowed the limit for itself, these would be 2,857.
      expectWithin(0.1, ratesOf(await measure(volume, load)).operations, 2000, 5);
    }),
  );

  possible("a request of 1 MiB counts as four", () =>
    withVolume({ kind: "gp3", iops: 400, bytesPerSecond: 500 * MIB }, async (volume) => {
      const load = { ...RANDOM, ...LARGE, duration: "3s" };
      expectWithin(0.2, ratesOf(await measure(volume, load)).operations, 100, 3);
    }),
  );

  possible("an instance's lower limit holds, and limits can be changed", () => {
    const instance = { iops: 1200, bytesPerSecond: 20 * MIB };
    return withVolume({ kind: "io2", iops: 8000, instance }, async (volume) => {
      const load = { ...RANDOM, duration: "3s" };
      expectWithin(0.1, ratesOf(await measure(volume, load)).operations, 1200, 3);
      await volume.setLimits({ iops: 600, bytesPerSecond: null });
      expectWithin(0.1, ratesOf(await measure(volume, load)).operations, 600, 3);
    });
  });

  possible("gp2's credits end at the computed second", () =>
    withVolume({ kind: "gp2", asSizeBytes: 100 * 2 ** 30, scale: 1000 }, async (volume) => {
      const load = { ...RANDOM, warmup: "0s" };
      await measure(volume, { ...load, duration: "100ms" }, ["--keep-data"]);
      // Nothing is prepared the second time: the credits are spent by the load alone.
      await volume.refill();
      const folder = await measure(volume, load, ["--reuse-data"]);
      const rate = ratesBetween(folder);
      // 5.4 million / 1000 credits, spent by 2,700 a second more than are earned: 2 seconds.
      const knee = (5 * rate(0, 5) - 5 * 300) / (3000 - 300);
      expectWithin(0.1, knee, 2, 2);
      expectWithin(0.3, rate(0, 1.5), 3000, 1.5);
      expectWithin(0.3, rate(3, 5), 300, 2);
    }),
  );
});

import { describe, expect, test } from "vitest";
import { fioResult } from "../../../scripts/bench/families/fio.ts";
import { lengthOf } from "../../../scripts/bench/runner/assay.ts";
import { runChild } from "../../../scripts/bench/runner/child.ts";
import { fioArguments, hugePagesMissing, parseFio } from "../../../scripts/bench/runner/fio.ts";
import { findProgram } from "../../../scripts/bench/runner/programs.ts";
import type { Sample } from "../../../scripts/bench/runner/statistics.ts";
import { FIO_SIDES, MIXED, PSYNC, sample, sideNamed } from "./samples.ts";

const THREE_SECONDS = { seconds: 3, warmupSeconds: 1 };

describe("fio's report", () => {
  test("is read as rate and latencies of all jobs, and its end", () => {
    const read = parseFio(PSYNC);
    expect(read.operationsPerSecond).toBe(52_174.825175);
    expect(read.latency).toEqual({
      read: { p50Ns: 254_976, p99Ns: 995_328, p999Ns: 16_318_464 },
    });
    expect(read.readBytes).toBe(213_921_792);
    expect(read.endedMs).toBe(1_795_644_609_499);
  });

  test("of a mix counts both directions in the rate, and keeps their latencies apart", () => {
    const mixed = parseFio(MIXED);
    expect(mixed.operationsPerSecond).toBeCloseTo(13_218.344965 + 5_669.99003, 6);
    expect(mixed.latency).toEqual({
      read: { p50Ns: 1_171_456, p99Ns: 6_062_080, p999Ns: 14_876_672 },
      write: { p50Ns: 1_286_144, p99Ns: 6_520_832, p999Ns: 14_876_672 },
      sync: { p50Ns: 60_672, p99Ns: 5_603_328, p999Ns: 12_255_232 },
    });
  });

  test("may follow warnings", () => {
    expect(parseFio(`fio: a note\n${PSYNC}`)).toEqual(parseFio(PSYNC));
  });

  test("with an error, without an operation or of several groups is refused", () => {
    const report = JSON.parse(PSYNC);
    const [job] = report.jobs;
    const failed = { jobs: [{ ...job, error: 5 }] };
    expect(() => parseFio(JSON.stringify(failed))).toThrow("error 5");
    const idle = { jobs: [{ ...job, read: { ...job.read, total_ios: 0 } }] };
    expect(() => parseFio(JSON.stringify(idle))).toThrow("no operation");
    const blind = { jobs: [{ ...job, read: { ...job.read, lat_ns: {} } }] };
    expect(() => parseFio(JSON.stringify(blind))).toThrow("no latencies");
    expect(() => parseFio(JSON.stringify({ jobs: [job, job] }))).toThrow("group_reporting");
  });
});

describe("fio's command", () => {
  test.each(FIO_SIDES.map((one) => [one.cell.name, one.side.title, one] as const))(
    "%s keeps the cache, and does what we do (%s)",
    (name, title, { cell, load }) => {
      const given = fioArguments(load, "/data/file", lengthOf(cell.load, 3));
      expect(given).toContain("--invalidate=0");
      expect(given).toContain("--fadvise_hint=0");
      expect(given).toContain("--norandommap");
      expect(given).toContain("--allow_file_create=0");
      expect(given).toContain("--lat_percentiles=1");
      expect(given.includes("--iomem_align=4k")).toBe(name.includes("sequential"));
      expect(given).toContain(`--bs=${name.includes("sequential") ? 1048576 : 4096}`);
      expect(given).toContain(`--numjobs=${name === "random-direct-16" ? 16 : 1}`);
      const cached = name.includes("cached") || name.startsWith("durable");
      expect(given).toContain(`--direct=${cached ? 0 : 1}`);
      expect(given.includes("--iomem=mmaphuge")).toBe(title === "fio with huge pages");
      const batch = /batches of (\d+)/.exec(title)?.[1] ?? "1";
      expect(given).toContain(`--iodepth_batch_submit=${batch}`);
      expect(given).toContain(`--iodepth_batch_complete_max=${batch}`);
    },
  );

  test.each([
    ["random-direct-1", ["--ioengine=psync", "--rw=randread", "--readonly"]],
    ["sequential-cached", ["--ioengine=psync", "--rw=read", "--readonly"]],
    ["durable-fsync", ["--ioengine=psync", "--rw=randwrite", "--fsync=64"]],
    ["durable-fdatasync", ["--ioengine=psync", "--rw=randwrite", "--fdatasync=64"]],
    ["uring-direct-128", ["--ioengine=io_uring", "--iodepth=128", "--rw=randread", "--readonly"]],
    ["uring-direct-1", ["--iodepth=1", "--readonly"]],
    ["uring-mixed-32", ["--fixedbufs=1", "--iodepth=32", "--rw=randrw", "--rwmixread=70"]],
    ["uring-sequential-write-8", ["--registerfiles=1", "--iodepth=8", "--rw=write"]],
  ])("%s has its options", (name, options) => {
    const given = fioArguments(sideNamed(name).load, "/data/file", THREE_SECONDS);
    for (const option of options) expect(given).toContain(option);
    // Only a load that writes may do without.
    expect(given.includes("--readonly")).toBe(options.includes("--readonly"));
  });

  test("is one that fio takes, for every cell", { tags: ["system"] }, async ({ signal, skip }) => {
    if ((await findProgram("fio", "fio", signal)) === null) skip("there is no fio here");
    for (const { cell, load } of FIO_SIDES) {
      const given = ["--parse-only", ...fioArguments(load, "/data/file", lengthOf(cell.load, 3))];
      const { code, stderr } = await runChild(["fio", ...given], signal);
      expect(stderr).toBe("");
      expect(code).toBe(0);
    }
  });
});

test("huge pages are needed for the buffers of every job, and one more to align them", () => {
  const { cell } = sideNamed("uring-sequential-read-8", "fio with huge pages");
  expect(hugePagesMissing(cell.load, "HugePages_Total: 9\nHugePages_Free:        5\n")).toBe(null);
  expect(hugePagesMissing(cell.load, "HugePages_Total: 9\nHugePages_Free:        4\n")).toBe(
    "4 huge pages of 2 MiB are free and it needs 5; " +
      "as root, `sysctl vm.nr_hugepages=5` sets them aside",
  );
});

describe("a cell of assay and fio", () => {
  test("is evaluated by the median of its pairs of runs", () => {
    const { cell, side } = sideNamed("random-direct-16");
    // A device that gets slower: in each pair we are at 0.96, while medians are 96 and 60.
    const fio = [sample(100), sample(60), sample(30)];
    const slower = fioResult(cell, side, [sample(96), sample(57.6), sample(28.8)], fio);
    for (const ratio of slower.rate.ratios) expect(ratio).toBeCloseTo(0.96);
    expect(slower.rate.ratio).toBeCloseTo(0.96);
    expect(slower.ratioMet).toBe(true);
    const missed = fioResult(cell, side, [sample(94), sample(56), sample(28)], fio);
    expect(missed.ratioMet).toBe(false);
  });

  test("requires the same median latency as psync", () => {
    const { cell, side } = sideNamed("random-direct-16");
    const latencyMet = (ours: number) =>
      fioResult(cell, side, [sample(100, ours)], [sample(100, 60_000)]).latencyMet;
    expect(latencyMet(62_000)).toBe(true);
    expect(latencyMet(70_000)).toBe(false);
    expect(latencyMet(50_000)).toBe(false);
  });

  test("allows no percentile above io_uring in either direction", () => {
    const { cell, side } = sideNamed("uring-mixed-32");
    const fast = { p50Ns: 50_000, p99Ns: 60_000, p999Ns: 70_000 };
    const of = (write: typeof fast): Sample => ({
      ...sample(100),
      latency: { read: fast, write, sync: fast },
    });
    const latencyMet = (ours: Sample, theirs: Sample) =>
      fioResult(cell, side, [ours], [theirs]).latencyMet;
    expect(latencyMet(of({ ...fast, p50Ns: 10_000 }), of(fast))).toBe(true);
    expect(latencyMet(of({ ...fast, p999Ns: 74_000 }), of(fast))).toBe(false);
    // A side without latencies of writes is not an agreement.
    expect(latencyMet(sample(100), of(fast))).toBe(false);
  });

  test("must meet fio's CPU time only if promised", () => {
    const cpuMet = (name: string, title: string, ours: number) => {
      const { cell, side } = sideNamed(name, title);
      return fioResult(cell, side, [sample(100, 60_000, ours)], [sample(100)]).cpuMet;
    };
    expect(cpuMet("uring-direct-32", "fio in batches of 8", 10_200)).toBe(true);
    expect(cpuMet("uring-direct-32", "fio in batches of 8", 10_300)).toBe(false);
    expect(cpuMet("uring-direct-32", "fio", 10_300)).toBe(null);
    expect(cpuMet("uring-write-32", "fio in batches of 8", 10_500)).toBe(true);
    expect(cpuMet("uring-write-32", "fio in batches of 8", 10_600)).toBe(false);
  });
});

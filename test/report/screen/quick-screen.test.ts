import { describe, expect, test } from "vitest";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { PhaseResult, Run } from "../../../src/model/run/run.ts";
import { declaredKnowledge } from "../../../src/model/target/knowledge.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import type { QuickAnswer, QuickNotes } from "../../../src/report/screen/quick-limits.ts";
import { quickScreen } from "../../../src/report/screen/quick-screen.ts";
import { renderScreen } from "../../../src/report/screen/screen.ts";
import {
  BUCKET,
  DIRECTORY,
  latency,
  phasePlan,
  plan,
  result,
  run,
  summary,
  VOLUME,
} from "../fixture.ts";

const KIB = 1024;
const NO_NOTES: QuickNotes = { storage: null, leftOut: null };
const NO_ANSWER: QuickAnswer = { rateLimit: null, transferLimit: null, verdicts: null };

function phase(
  name: string,
  rate: number,
  bytes: number,
  p50Ns: number,
  more: Partial<PhasePlan> = {},
): PhaseResult {
  const planned = phasePlan(name, { workers: 1, queueDepth: 1, ...more });
  const sync = name === "synced-write" ? latency(2e6) : null;
  const firstByte = name.startsWith("get") ? latency(p50Ns * 0.8) : null;
  return result(planned, [summary("all", rate, bytes, p50Ns, { sync, firstByte })]);
}

function sweep(name: string, rates: Readonly<Record<number, number>>): readonly PhaseResult[] {
  return Object.entries(rates).map(([depth, rate]) => {
    const queueDepth = Number(depth);
    const p50Ns = (queueDepth / rate) * 1e9;
    return phase(`${name}[queueDepth=${depth}]`, rate, 16 * KIB, p50Ns, { queueDepth });
  });
}

function quick(target: TargetSpec, phases: readonly PhaseResult[], more: Partial<Run> = {}): Run {
  const planned = plan(
    "quick",
    phases.map((one) => one.phase),
  );
  const storage = declaredKnowledge(target);
  return run("20261130-000000-quick-x", target, planned, phases, { storage, ...more });
}

const READS = sweep("read", { 1: 1600, 2: 3100, 4: 5950, 8: 6010, 16: 6000, 32: 5990, 64: 6020 });
const PATH = [
  ...READS,
  phase("sequential-read", 250, 2 ** 20, 30e6, { queueDepth: 8 }),
  ...sweep("write", { 1: 1200, 32: 5980 }),
  phase("sequential-write", 240, 2 ** 20, 30e6, { queueDepth: 8 }),
  phase("synced-write", 480, 4 * KIB, 20e3),
  phase("create", 900, 16 * KIB, 10e6, { workers: 4, queueDepth: 4 }),
  phase("fetch", 3000, 16 * KIB, 5e6, { workers: 4, queueDepth: 4 }),
  phase("delete", 2500, 0, 5e6, { workers: 4, queueDepth: 4 }),
];

const BY_VOLUME: QuickAnswer = {
  rateLimit: { by: "storage", words: "6,000 IOPS are provisioned", share: 1 },
  transferLimit: { by: "storage", words: "262.1 MB/s are provisioned", share: 1 },
  verdicts: { supported: 3, refuted: 0, inconclusive: 9, refutedClaims: [] },
};

function reportOf(id: string) {
  return { folder: `results/${id}`, file: "report.md" };
}

function shown(given: Run, answer = NO_ANSWER, notes = NO_NOTES): string {
  return renderScreen(quickScreen(given, reportOf(given.id), answer, notes), {
    columns: 92,
    color: false,
  });
}

describe("screen of a quick run", () => {
  test("has latency, IOPS with its depth, throughput, fsync, files, limit and verdict", () => {
    expect(`\n${shown(quick(VOLUME, PATH), BY_VOLUME)}`).toMatchInlineSnapshot(`
      "
      quick on gp3 (EBS gp3), 1 repetition, complete in 1 min 4 s

      Latency      read p50 625 µs, p99 2.50 ms; write p50 833 µs, p99 3.33 ms (16 KiB, 1 in
                   flight)
      IOPS         read 6,000 from queue depth 4 upward; write 5,980 at 32 (16 KiB random)
      Throughput   read 262 MB/s; write 252 MB/s (1 MiB sequential, 8 in flight)
      Fsync        p50 2.00 ms, p99 8.00 ms; 480 synced writes/s (4 KiB, fsync after each write)
      Small files  durable create 900/s; read 3,000/s; delete 2,500/s (16 KiB, 16 in flight)
      Limit        IOPS: the volume (6,000 IOPS are provisioned, 100% measured); throughput: the
                   volume (262.1 MB/s are provisioned, 100% measured)
      Verdict      published claims: 3 supported, 0 refuted, 9 inconclusive; 100% of 6,000 IOPS
                   (declared); 100% of 262 MB/s (declared)
      Caveats      none (0% of reads from a cache)
      Report       results/20261130-000000-quick-x/report.md
      Next         assay verify results/20261130-000000-quick-x
      "
    `);
  });

  test("has at most 15 lines at 80 columns, whatever there is to say", () => {
    const words = "a very long sentence about the limit of this rate ".repeat(6);
    const limit = { by: "client", words, share: null } as const;
    const refutedClaims = Array.from({ length: 9 }, (_, at) => `Claim ${at} is ${words}.`);
    const verdicts = { supported: 1, refuted: 9, inconclusive: 1, refutedClaims };
    const answer = { rateLimit: limit, transferLimit: { ...limit, words: `${words}!` }, verdicts };
    const screen = quickScreen(quick(VOLUME, PATH), reportOf("x"), answer, {
      storage: words,
      leftOut: words,
    });
    const lines = renderScreen(screen, { columns: 80, color: false }).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(15);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join("\n")).toContain("Report");
  });

  test("says that a rate still rises, and does not name a limit", () => {
    const rising = sweep("read", { 1: 1000, 8: 8000, 64: 60_000 });
    const unknown = { by: "unknown", words: "", share: null } as const;
    const text = shown(quick(DIRECTORY, rising), { ...NO_ANSWER, rateLimit: unknown });
    expect(text).toContain("read 60,000 at queue depth 64, the highest measured");
    expect(text).toContain("IOPS: not reached with 64 in flight");
    expect(text).toContain("no verdict without --kind and --provisioned");
  });

  test("names the storage where the rate stops growing without a known limit", () => {
    const unknown = { by: "unknown", words: "", share: null } as const;
    const text = shown(quick(DIRECTORY, READS), { ...NO_ANSWER, rateLimit: unknown });
    expect(text).toContain("IOPS: the storage (more than 4 in flight only add latency)");
  });

  test("names a rate that falls with more in flight", () => {
    const falls = sweep("read", { 1: 3000, 8: 9000, 64: 5000 });
    expect(shown(quick(DIRECTORY, falls))).toContain(
      "read 9,000 from queue depth 8, but 5,000 at 64",
    );
  });

  test("does not compare the rate of a cache with the provisioned one", () => {
    const cached = { by: "cache", words: "100% of the reads", share: null } as const;
    const text = shown(quick(VOLUME, PATH), { ...BY_VOLUME, rateLimit: cached });
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "6,000 IOPS (declared) not compared: a cache was measured; 100% of 262 MB/s (declared)",
    );
  });

  test("names the first refuted claim", () => {
    const refutedClaims = ["A gp3 volume sustains its provisioned IOPS.", "Another."];
    const verdicts = { supported: 1, refuted: 2, inconclusive: 0, refutedClaims };
    const text = shown(quick(VOLUME, PATH), { ...BY_VOLUME, verdicts });
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "1 supported, 2 refuted, 0 inconclusive; refuted: A gp3 volume sustains its provisioned " +
        "IOPS. and 1 more",
    );
  });

  test("leaves out what an interrupted run did not measure", () => {
    const stopped = quick(VOLUME, READS.slice(0, 2), { state: "partial", reason: "Ctrl-C" });
    const text = shown(stopped, BY_VOLUME);
    expect(text).toMatch(/^Reason .*Ctrl-C$/m);
    expect(text).not.toContain("of 6,000 IOPS");
    expect(text).not.toMatch(/Throughput|Fsync|Small files|Limit/);
  });
});

describe("screen of a quick run without a known limit", () => {
  test("does not name the storage if the workers waited for a CPU", () => {
    const unknown = { by: "unknown", words: "", share: null } as const;
    const event = { name: "CPU wait of the workers", value: 0.29, unit: "share" } as const;
    const warnings = [{ code: "starved", message: "CPU wait of the workers: 29%.", event }];
    const waited = READS.map((result) => ({ ...result, warnings }));
    const text = shown(quick(DIRECTORY, waited), { ...NO_ANSWER, rateLimit: unknown });
    expect(text).toContain("IOPS: not certain (no growth above 4 in flight; CPU wait up to 29%)");
  });
});

describe("screen of a quick run on a bucket", () => {
  test("has first byte, latency, requests, throughput and listing", () => {
    const phases = [
      ...sweep("get", { 1: 50, 4: 200, 16: 780, 64: 3000 }),
      phase("list", 5, 0, 200e6),
      ...sweep("put", { 1: 30, 16: 450 }),
      phase("ranged-get", 400, 2 ** 20, 40e6, { queueDepth: 16 }),
      phase("download", 20, 64 * 2 ** 20, 50e6),
      phase("upload", 10, 64 * 2 ** 20, 100e6),
    ];
    expect(`\n${shown(quick(BUCKET, phases))}`).toMatchInlineSnapshot(`
      "
      quick on minio (MinIO), 1 repetition, complete in 1 min 4 s

      First byte  p50 16.0 ms, p99 64.0 ms (GET of 16 KiB, 1 in flight)
      Latency     GET p50 20.0 ms, p99 80.0 ms; PUT p50 33.3 ms, p99 133 ms (16 KiB, 1 in flight)
      Requests    GET 3,000/s at 64 in flight, the highest measured; PUT 450/s at 16 (16 KiB)
      Throughput  download 1,342 MB/s; upload 671 MB/s; ranged GET 419 MB/s (8 MiB parts, 1 MiB
                  ranges)
      Listing     p50 200 ms (all pages of a directory)
      Caveats     Too few operations or too short a phase for some figures in 5 of 10 phases.
                  Rates may be inaccurate; percentiles with too few operations are not shown (–).
                  Use a longer duration.
      Report      results/20261130-000000-quick-x/report.md
      Next        assay report results/20261130-000000-quick-x
      "
    `);
  });
});

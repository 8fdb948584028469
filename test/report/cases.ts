import type { PhaseResult, Run } from "../../src/model/run/run.ts";
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
} from "./fixture.ts";

const RANDOM = phasePlan("read");

/** One phase, complete, nothing to doubt. */
export function single(target = VOLUME, p50Ns = 812_000, iops = 5987.4): Run {
  const planned = plan("random-read", [RANDOM], { title: "4 KiB random reads" });
  const id = `20261120T100000-random-read-${target.name}`;
  return run(id, target, planned, [result(RANDOM, [summary("all", iops, 4096, p50Ns)])]);
}

const MIX = phasePlan("mix", {
  mix: [
    { operation: "read", weight: 70 },
    { operation: "write", weight: 30 },
  ],
  blockBytes: 16_384,
  cache: "dropped",
});

/** Reads and writes mixed through the page cache, with errors of one code. */
export function mixed(): Run {
  const planned = plan("mixed-70-30", [MIX], { title: "70 % reads, 30 % writes" });
  const measured = result(
    MIX,
    [
      summary("all", 10_000, 16_384, 95_000, { errors: 3 }),
      summary("read", 7000, 16_384, 99_000),
      summary("write", 3000, 16_384, 31_000, { errors: 3 }),
    ],
    {
      errors: [
        { operation: "write", code: "EIO", count: 3, first: "write: i/o error (offset 4096)" },
      ],
      cache: {
        servedFromCacheShare: 0.62,
        servedFromCacheShareLow: 0.62,
        servedFromCacheShareHigh: 0.62,
        basis: "own reads (/proc/self/io); residency; first reads by the access pattern",
        ownReadBytes: Math.round(70_000 * 16_384 * 0.38),
        logicalReadBytes: 70_000 * 16_384,
        logicalWriteBytes: 30_000 * 16_384,
        deviceReadBytes: Math.round(70_000 * 16_384 * 0.38),
        deviceWriteBytes: 12 * 2 ** 20,
        residentShareBefore: 0,
        residentShareAfter: 0.62,
        source: "/proc/diskstats, nvme1n1",
      },
      warnings: [
        { code: "served-from-cache", message: "62 % of the bytes read came from the page cache" },
      ],
    },
  );
  return run("20261120T100000-mixed-70-30-local", DIRECTORY, planned, [measured]);
}

const DOWNLOADS = ["4", "16"].map((concurrency) =>
  phasePlan(`download[partConcurrency=${concurrency}]`, {
    mix: [{ operation: "download", weight: 100 }],
    access: "shuffled",
    partConcurrency: Number(concurrency),
    matrix: { partConcurrency: concurrency },
    limit: { kind: "epochs", epochs: 1 },
    warmupNs: 0,
  }),
);

/** A matrix on a bucket, with first bytes and retries. */
export function bucket(): Run {
  const planned = plan("multipart-download", DOWNLOADS, { title: "Parallel ranged GETs" });
  const phases = DOWNLOADS.map((phase, index) =>
    result(
      phase,
      [
        summary("all", 3.2 + index, 64 * 2 ** 20, 310e6, {
          drained: 0,
          firstByte: latency(6.21e6, 32),
          throttled: index,
          attempt: latency(6e6, 33),
        }),
      ],
      {
        engine: "s3-sdk",
        threads: 2,
        queueDepthPerThread: 4,
        counters: { attempts: 33, retries: 1 },
        throttling: index === 0 ? [] : [{ fromNs: 3e9, requests: 1 }],
        cache: {
          servedFromCacheShare: null,
          logicalReadBytes: 32 * 64 * 2 ** 20,
          logicalWriteBytes: 0,
          deviceReadBytes: null,
          deviceWriteBytes: null,
          residentShareBefore: null,
          residentShareAfter: null,
          source: "a bucket has no device here",
        },
      },
    ),
  );
  return run("20261120T100000-multipart-download-minio", BUCKET, planned, phases);
}

/** Three repetitions, the last of them interrupted. */
export function repeated(): Run {
  const planned = plan("random-read", [RANDOM], { title: "4 KiB random reads", repetitions: 4 });
  const rates = [6010, 5870, 6102];
  const phases: PhaseResult[] = rates.map((rate, index) =>
    result(RANDOM, [summary("all", rate, 4096, 800_000 + index * 10_000)], {
      repetition: index + 1,
    }),
  );
  phases.push(
    result(RANDOM, [summary("all", 6500, 4096, 770_000)], {
      repetition: 4,
      state: "partial",
      reason: "interrupted by SIGINT after 3.1 s",
      elapsedNs: 3.1e9,
    }),
  );
  return run("20261120T110000-random-read-gp3", VOLUME, planned, phases, {
    state: "partial",
    reason: "interrupted by SIGINT",
    startedAt: "2026-11-20T11:00:00.000Z",
    endedAt: "2026-11-20T11:00:40.000Z",
  });
}

/** Eight repetitions, all complete, at so many times the rate of the plan's usual ones. */
export function eight(target: typeof VOLUME, speed: number): Run {
  const planned = plan("random-read", [RANDOM], { title: "4 KiB random reads", repetitions: 8 });
  const levels = [1, 1.02, 0.97, 1.01, 0.99, 1.03, 0.98, 1.005].map((one) => one * speed);
  const phases = levels.map((level, index) => {
    // What waits for a device's own clean-up has no part in how fast it is.
    const p999Ns = 9e6 + ((index * 5) % 8) * 3e5;
    const measured = { ...latency(800_000 / level, 60_000), p999Ns };
    const more = { repetition: index + 1 };
    return result(RANDOM, [summary("all", 6000 * level, 4096, 0, { latency: measured })], more);
  });
  return run(`20261120T120000-random-read-${target.name}`, target, planned, phases);
}

/** The repetitions of two runs as runs of their own that took turns, A B B A, a minute each. */
export function inTurns(first: Run, other: Run): readonly Run[] {
  return first.phases.flatMap((_, round) => {
    const pair = round % 2 === 0 ? [first, other] : [other, first];
    return pair.map((one, at): Run => {
      const minute = String(2 * round + at).padStart(2, "0");
      const startedAt = `2026-11-20T12:${minute}:00.000Z`;
      const phases = one.phases
        .slice(round, round + 1)
        .map((phase) => ({ ...phase, repetition: 1 }));
      return { ...one, id: `${one.id}-${round + 1}`, startedAt, phases };
    });
  });
}

const SMALL = (["create", "stat", "fetch", "delete"] as const).map((operation) =>
  phasePlan(operation, {
    mix: [{ operation, weight: 100 }],
    access: operation === "create" ? "sequential" : "shuffled",
    cache: "warm",
    limit: { kind: "epochs", epochs: 1 },
    warmupNs: 0,
  }),
);

/** Failed in its third phase, and with a phase in which every operation failed. */
export function failed(): Run {
  const planned = plan("small-files", SMALL, { title: "Small files" });
  const [create = RANDOM, stat = RANDOM, fetch = RANDOM] = SMALL;
  const nothing = { latency: null, drained: 0, errors: 100, operations: 0, bytes: 0 };
  const phases = [
    result(create, [summary("all", 21_500, 114_660, 38_000)], {
      cache: {
        servedFromCacheShare: null,
        logicalReadBytes: 0,
        logicalWriteBytes: 215_000 * 114_660,
        deviceReadBytes: null,
        deviceWriteBytes: null,
        residentShareBefore: null,
        residentShareAfter: null,
        source: "tmpfs has no device",
      },
    }),
    result(stat, [summary("all", 0, 0, 0, { ...nothing, operationsPerSecond: 0 })], {
      errors: [{ operation: "stat", code: "EACCES", count: 100, first: "stat: permission denied" }],
    }),
    result(fetch, [], { state: "failed", reason: "worker 1 ended: out of memory", elapsedNs: 0 }),
  ];
  return run("20261120T100000-small-files-local", DIRECTORY, planned, phases, {
    state: "failed",
    reason: "worker 1 ended: out of memory",
    endedAt: null,
    warnings: [
      { code: "throttled", message: "The control group throttled this process 12 times." },
    ],
  });
}

/** A volume of which more is known than was declared, and some of it otherwise. */
export function described(): Run {
  const mismatch = "declared 6,000 IOPS, but DescribeVolumes reports 3,000";
  return {
    ...single(),
    warnings: [{ code: "declared-mismatch", message: mismatch }],
    reusedData: true,
    storage: {
      describedKind: "ebs-gp3",
      backing: {
        kind: "ebs",
        id: "vol-0123456789abcdef0",
        evidence: "nvme1n1 has the model Amazon Elastic Block Store",
        members: [],
        mountOptions: [],
      },
      provisioned: {
        sizeBytes: { value: 500 * 2 ** 30, from: "described" },
        iops: { value: 3000, from: "described" },
        throughputBytesPerSecond: { value: 250 * 2 ** 20, from: "declared" },
        encrypted: { value: true, from: "described" },
      },
      instance: {
        type: { value: "m6a.4xlarge", from: "detected" },
        ebsBaselineBytesPerSecond: { value: 625e6, from: "published" },
        networkMaximumBytesPerSecond: { value: 12.5e9 / 8, from: "published" },
      },
      states: { modification: "optimizing", modificationPercent: 40 },
      mismatches: [mismatch],
      unknown: ["DescribeInstanceTypes failed: the credentials do not allow this call"],
    },
  };
}

import type { DatasetPlan } from "../../../src/model/plan/dataset.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import type { LatencySummary } from "../../../src/model/run/latency.ts";
import type { Run, Summary } from "../../../src/model/run/run.ts";
import { latency as exact, phasePlan, plan, result, run, summary } from "../../report/fixture.ts";
import {
  againstBaseline,
  cost,
  harness,
  outcomes,
  search,
  stability,
  storage,
  threshold,
} from "./full-parts.ts";

const latency: LatencySummary = { ...exact(800_000), atLeastNs: 20_000_000 };

const PHASE: PhasePlan = phasePlan("read[queueDepth=4]", {
  mix: [
    { operation: "read", weight: 70 },
    { operation: "write", weight: 30 },
  ],
  blockMix: [
    { bytes: 4096, weight: 3 },
    { bytes: 8192, weight: 1 },
  ],
  blockBytes: 8192,
  rate: {
    arrivals: "poisson",
    steps: [
      { fromPerSecond: 100, toPerSecond: 200, durationNs: 5e9 },
      { fromPerSecond: 200, toPerSecond: 200, durationNs: null },
    ],
    mostBacklog: 1000,
  },
  sync: { call: "fdatasync", every: 8, directory: false },
  restore: { tier: "Bulk", days: 1, pollNs: 1e9, deadlineNs: 3600e9 },
  matrix: { queueDepth: "4" },
  thresholds: [threshold, againstBaseline],
});

const SEARCH: PhasePlan = phasePlan("most", {
  limit: { kind: "steady", windowNs: 2e9, rangeShare: 0.2, slopeShare: 0.1, mostNs: 10e9 },
  find: {
    slo: [threshold],
    by: "rate",
    wants: "most",
    from: 100,
    to: null,
    precisionShare: 0.05,
    repetitions: 3,
    arrivals: "fixed",
    mostBacklog: 1000,
  },
});

const whole = (operation: Summary["operation"]): Partial<Summary> => ({
  latency,
  errors: operation === "read" ? 0 : 3,
  unfinished: 1,
  throttled: 2,
  leftOut: 5,
  firstByte: exact(400_000),
  sync: exact(900_000),
  attempt: exact(700_000),
  response: latency,
  connections: {
    connect: exact(100_000),
    tls: exact(200_000),
    answer: exact(300_000),
    newConnection: exact(1_000_000),
  },
  stages: { open: exact(250_000), transfer: exact(150_000), close: exact(350_000) },
});

const DATASET: DatasetPlan = {
  name: "data",
  kind: "files",
  count: 100,
  size: { kind: "uniform", minBytes: 1, maxBytes: 2 ** 20 },
  seed: 7,
  shardBytes: 0,
  filesPerDirectory: 10,
  tree: { width: 10, depth: 2 },
  suffix: ".bin",
  data: { compressible: 2, dedupable: 3, verifiable: true },
  versions: 2,
};

/** A run that has every field of version 1, each with a value that a run can have. */
export function fullRun(): Run {
  const planned = plan("full", [PHASE, SEARCH], {
    title: "Everything",
    guide: ["G05"],
    targets: ["ebs-gp3"],
    datasets: [DATASET],
  });
  const phases = [
    result(
      PHASE,
      [
        summary("all", 200, 8192, 800_000, whole("all")),
        summary("read", 140, 8192, 800_000, whole("read")),
        summary("write", 60, 8192, 800_000, whole("write")),
      ],
      {
        reportedNs: 9e9,
        errors: [
          { operation: "sync", code: "EIO", count: 3, first: "sync: i/o error", leastAgeNs: 11e9 },
        ],
        counters: { attempts: 2003, retries: 3 },
        throttling: [{ fromNs: 1e9, requests: 2 }],
        openLoop: {
          offered: 2000,
          offeredPerSecond: 200,
          late: 3,
          dropped: 2,
          unissued: 1,
          backlogMost: 9,
          backlogAtEnd: 1,
          pacing: exact(20_000),
        },
        backOff: { pauses: 3, totalNs: 3e7 },
        stability,
        harness,
        warnings: [{ code: "errors", message: "3 operations failed" }],
      },
    ),
    result(SEARCH, [summary("all", 100, 4096, 800_000)], { pointOf: "most", stability }),
  ];
  const target = {
    name: "gp3",
    kind: "ebs-gp3",
    address: { kind: "path", path: "/mnt/gp3" },
    provisioned: { sizeBytes: 500 * 2 ** 30, iops: 6000, initialised: true, zone: "eu-west-1a" },
    instance: { type: "m6a.4xlarge", ebsBaselineIops: 20_000 },
    reachedBy: { region: "AWS_REGION" },
    emulated: { scale: 1000 },
  } as const;
  return {
    ...run("20261120-100000-full-gp3-1f3a", target, planned, phases),
    reusedData: true,
    storage,
    cost: { estimated: cost, actual: cost },
    searches: [search],
    thresholds: outcomes,
    warnings: [{ code: "burst", message: "a phase of 10 s may measure the burst" }],
  };
}

import type { SearchPoint, SearchResult } from "../../../src/model/plan/search.ts";
import type { Threshold, ThresholdOutcome } from "../../../src/model/plan/threshold.ts";
import type { PhaseResult } from "../../../src/model/run/run.ts";
import type { Stability } from "../../../src/model/run/stability.ts";
import type { StorageKnowledge } from "../../../src/model/target/knowledge.ts";

export const threshold: Threshold = {
  text: "p99 < 5ms",
  operation: "all",
  measure: { kind: "time", of: "latency", statistic: "p99" },
  criterion: { kind: "bound", relation: "<", value: 5e6 },
  place: { file: "a.yaml", line: 12, column: 5 },
};

export const againstBaseline: Threshold = {
  text: "rate not worse than 95%",
  operation: "read",
  measure: { kind: "amount", of: "rate" },
  criterion: { kind: "baseline", share: 0.95 },
  place: null,
};

const ends = { firstPerSecond: 210, lastPerSecond: 190 };

export const stability: Stability = {
  warmup: { leftOutNs: 1e9, found: true },
  steady: { reached: true, fromNs: 2e9, lengthNs: 4e9, rangeShare: 0.1, slopeShare: 0.02 },
  trend: { changeShare: -0.02, lowShare: -0.04, highShare: 0.01, ...ends },
  change: { atNs: 3e9, beforePerSecond: 300, afterPerSecond: 100, p: 0.001 },
  levels: [
    { fromNs: 0, perSecond: 300 },
    { fromNs: 3e9, perSecond: 100 },
  ],
  backlog: { operations: -2.5, chance: 4, offered: 1000 },
  done: { firstNs: 9e9, lastNs: 10e9 },
};

const collections = { count: 3, totalNs: 5e6, longestNs: 2e6 };

export const harness: NonNullable<PhaseResult["harness"]> = {
  watchedNs: 10e9,
  pauses: {
    count: 1,
    totalNs: 60e6,
    longestNs: 60e6,
    list: [{ atNs: 1e9, lengthNs: 60e6, readyShare: 0.5 }],
    short: { count: 2, totalNs: 40e6 },
  },
  workers: [
    {
      worker: 0,
      watchedNs: 10e9,
      cpuUserNs: 1e9,
      cpuSystemNs: 2e9,
      processorWaitNs: 1e8,
      processorTurns: 900,
      collections,
      loopDelayLongestNs: 2e6,
    },
  ],
  stealShare: 0.01,
  idleShare: 0.6,
  throttling: { periods: 100, throttledPeriods: 2, throttledNs: 3e6 },
  hasCpuQuota: true,
  involuntarySwitches: 12,
  cores: 1.5,
  floor: {
    engine: "sync",
    direction: "read",
    blockBytes: 4096,
    queueDepth: 1,
    operationsPerSecond: 400_000,
    cpuPerOperationNs: 2500,
    latencyP50Ns: 2400,
    latencyP99Ns: 4000,
  },
  bound: { by: "floor", reason: "it came to 90 % of its client limit", advice: "more workers" },
  inFlight: { planned: 8, reached: 7.5, waitingForCpu: 0.25 },
  kernelThreads: { count: 4, cpuNs: 1e9, waitNs: 1e7, turns: 100 },
};

const point: SearchPoint = {
  phase: "most[rate=100/s]",
  repetition: 1,
  role: "bracket",
  value: 100,
  offeredPerSecond: 100,
  achievedPerSecond: 99.5,
  responseP50Ns: 1e6,
  responseP99Ns: 4e6,
  serviceP50Ns: 1e6,
  serviceP99Ns: 3e6,
  measured: [6e6],
  met: false,
  misses: [
    { kind: "objective", text: "p99 < 5ms", measured: 6e6, unit: "ns", reason: "a lower bound" },
    { kind: "errors", operations: 1 },
    { kind: "dropped", operations: 1 },
    { kind: "unissued", operations: 1 },
    { kind: "behind", operations: 10, offered: 1000 },
    { kind: "too-short", unseenShare: 0.2, neededNs: 60e9 },
  ],
};

export const search: SearchResult = {
  phase: "most",
  repetition: 1,
  operations: ["read"],
  slo: ["p99 < 5ms"],
  by: "rate",
  wants: "most",
  precisionShare: 0.05,
  capacityPerSecond: 400,
  points: [
    { ...point, phase: "most[closed]", role: "capacity", value: null, measured: [], met: null },
    point,
    { ...point, role: "repeat", met: true, misses: [], measured: [4e6] },
  ],
  best: {
    value: 100,
    achievedPerSecond: 99.5,
    repetitions: 3,
    met: 3,
    measures: [
      {
        text: "p99 < 5ms",
        unit: "ns",
        median: 4e6,
        interval: { low: 3.9e6, high: 4.1e6, confidence: 0.75 },
      },
    ],
  },
  caveats: ["it found the burst"],
  ended: "found",
  reason: null,
};

export const outcomes: readonly ThresholdOutcome[] = [
  {
    text: threshold.text,
    phase: "read[queueDepth=4]",
    state: "broken",
    unit: "ns",
    measured: 6e6,
    isLowerBound: true,
    repetition: 1,
    bound: 5e6,
    reason: "operations of unknown length took at least that long",
    baseline: null,
    place: threshold.place,
  },
  {
    text: againstBaseline.text,
    phase: "read[queueDepth=4]",
    state: "met",
    unit: "operations/s",
    measured: 190,
    repetition: null,
    bound: 180,
    reason: null,
    baseline: {
      runId: "20261120-100000-random-read-gp3-1f3a",
      median: 200,
      repetitions: 3,
      baselineRepetitions: 3,
      p: 0.1,
      adjustedP: 0.2,
      shows: "nothing",
      driftShare: 0.05,
      differs: "host (a against b)",
      isOtherStorage: false,
    },
    place: null,
  },
];

const usage = {
  what: "preparation",
  requestClass: "restore",
  storageClass: "GLACIER",
  requests: 10,
  sentBytes: 1000,
  receivedBytes: 2000,
  storedObjects: 5,
  tier: "Bulk",
  days: 1,
  copiedBytes: 100,
  usd: 0.01,
} as const;

export const cost = {
  lines: [usage],
  totalUsd: 0.01,
  transferOutUsd: 0.02,
  region: "eu-west-1",
  sources: [{ title: "S3 pricing", address: "https://aws.amazon.com", date: "2026-11-20" }],
  charged: true,
  assumedMs: 10,
};

export const storage: StorageKnowledge = {
  describedKind: "ebs-gp3",
  backing: {
    kind: "ebs",
    id: "vol-0123456789abcdef0",
    evidence: "the NVMe model says so",
    members: [
      { kind: "ebs", id: null, evidence: "a disk", members: [], mountOptions: [] },
      { kind: "ebs", id: null, evidence: "a disk", members: [], mountOptions: [] },
    ],
    arrangement: "raid0",
    mountOptions: ["noatime"],
  },
  provisioned: { iops: { value: 6000, from: "described" } },
  instance: { type: { value: "m6a.4xlarge", from: "detected" } },
  states: { burstBalancePercent: 48, modification: "optimizing" },
  mismatches: ["6,000 IOPS were declared, AWS describes 3,000"],
  misfit: null,
  unknown: ["the zone: no permission"],
};

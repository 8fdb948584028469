import type { ClientLimit, ClientLimits } from "../../src/model/run/harness.ts";

function floor(
  engine: ClientLimit["engine"],
  queueDepth: number,
  cpuPerOperationNs: number,
): ClientLimit {
  return {
    engine,
    direction: "read",
    blockBytes: 4096,
    queueDepth,
    operationsPerSecond: 1e9 / cpuPerOperationNs,
    cpuPerOperationNs,
    latencyP50Ns: cpuPerOperationNs * queueDepth,
    latencyP99Ns: cpuPerOperationNs * queueDepth * 2,
  };
}

/** Client limits of a host as a selftest measures them. */
export const LIMITS: ClientLimits = {
  format: "assay-floors",
  version: 1,
  measuredAt: "2026-11-26T10:00:00.000Z",
  floors: [floor("null", 32, 28.1), floor("sync", 1, 1243), floor("s3-sdk", 16, 584_000)],
  missing: ["uring: the kernel refuses it"],
  clock: { source: "tsc", readingNs: 45.2, stepNs: 10 },
  pacing: { offeredPerSecond: 100_000, lateP50Ns: 320, lateP99Ns: 900 },
  timer: { lateP50Ns: 60_000, lateP99Ns: 110_000, lateMaxNs: 3e6 },
  cores: 2,
  stealShare: null,
  othersShare: 0.03,
  governor: null,
};

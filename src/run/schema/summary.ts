import { z } from "zod";
import type { LatencySummary } from "../../model/run/latency.ts";
import type { OpenLoop, Summary } from "../../model/run/run.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { operationOrAll } from "./threshold.ts";
import { amount, count, counting, ns } from "./values.ts";

const PERCENTILES = [
  ...(["minNs", "p50Ns", "p90Ns", "p95Ns", "p99Ns", "p999Ns", "p9999Ns", "maxNs"] as const),
] as const;

/** Cells of a histogram are up to 0.1% wide, and older versions kept the exact maximum. */
const CELL_SHARE = 0.002;

export const latency = z
  .object({
    count: counting.describe("number of values"),
    minNs: ns.describe("minimum"),
    meanNs: ns.describe("arithmetic mean"),
    standardDeviationNs: ns.describe("standard deviation"),
    p50Ns: ns.describe("50th percentile"),
    p90Ns: ns.describe("90th percentile"),
    p95Ns: ns.describe("95th percentile"),
    p99Ns: ns.describe("99th percentile; the maximum with fewer than 100 values"),
    p999Ns: ns.describe("99.9th percentile; the maximum with fewer than 1,000 values"),
    p9999Ns: ns.describe("99.99th percentile; the maximum with fewer than 10,000 values"),
    maxNs: ns.describe("maximum"),
    atLeastNs: ns
      .exactOptional()
      .describe("values from this one upward are lower bounds; absent if all are exact"),
  } satisfies Fields<LatencySummary>)
  .check(({ value, issues }) => {
    const wrong = PERCENTILES.find((one, at) => {
      const below = PERCENTILES[at - 1];
      return below !== undefined && value[below] > value[one] * (1 + CELL_SHARE) + 1;
    });
    if (wrong === undefined) return;
    const message = "a number that is not below the lower percentiles";
    issues.push({ code: "custom", message, path: [wrong], input: value });
  })
  .meta({ id: "Latency", description: "Latency distribution in nanoseconds." });

const latencyOrNull = latency.nullable();

const connections = z.object({
  connect: latency.exactOptional().describe("DNS lookup and TCP connect"),
  tls: latency.exactOptional().describe("TLS handshake"),
  answer: latency.exactOptional().describe("last byte sent to first byte of the response header"),
  newConnection: latency.exactOptional().describe("service time of operations that connected"),
} satisfies Fields<NonNullable<Summary["connections"]>>);

const stages = z.object({
  open: latency.exactOptional().describe("open of the file, with the lookup of its path"),
  transfer: latency.exactOptional().describe("all reads or writes of the file"),
  close: latency.exactOptional().describe("close, with what the file system does then"),
} satisfies Fields<NonNullable<Summary["stages"]>>);

export const summary = z
  .object({
    operation: operationOrAll.describe("operation of the mix, or `all` for the whole phase"),
    operations: count.describe("operations completed without error in the phase"),
    bytes: count.describe("bytes transferred by these operations"),
    errors: count.describe("failed operations"),
    unfinished: count.exactOptional().describe("of the errors: operations that never completed"),
    drained: count.describe("operations issued in the phase and completed after it"),
    throttled: count.exactOptional().describe("requests that S3 throttled (503 SlowDown, 429)"),
    leftOut: count
      .exactOptional()
      .describe("operations in the part that `warmup: auto` or `until: steady` excludes"),
    operationsPerSecond: amount.describe("achieved rate: IOPS, requests/s or files/s"),
    bytesPerSecond: amount.describe("throughput"),
    latency: latencyOrNull.describe("service time (issue to completion); null without values"),
    firstByte: latencyOrNull.describe("time to first byte; null if not measured"),
    // Older versions had no durable writes.
    sync: latencyOrNull.default(null).describe("time of one sync call; null without syncs"),
    connections: connections.exactOptional().describe("times of new connections, S3 only"),
    stages: stages
      .exactOptional()
      .describe("stages of whole files, of a sample above queue depth 16; absent if not measured"),
    attempt: latencyOrNull
      .exactOptional()
      .describe("time of one request of an operation that may be retried"),
    response: latencyOrNull
      .exactOptional()
      .describe("response time (scheduled start to completion); null in a closed loop"),
  } satisfies Fields<Summary>)
  .meta({ id: "Summary", description: "Rates and latencies of one operation of a phase." });

export const openLoop = z.object({
  offered: count.describe("operations scheduled in the reported part of the phase"),
  offeredPerSecond: amount.describe("offered load: mean scheduled rate"),
  late: count.describe("operations issued late because no slot was free"),
  dropped: count.describe("operations dropped because the backlog was full"),
  unissued: count.describe("operations in the backlog when issuing ended"),
  backlogMost: count.describe("maximum backlog"),
  backlogAtEnd: count.describe("backlog at the end of the phase"),
  pacing: latencyOrNull.describe("pacing error: issue delay caused by the load generator"),
} satisfies Fields<OpenLoop>);

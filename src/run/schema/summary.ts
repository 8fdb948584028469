import { z } from "zod";
import type { LatencySummary, OpenLoop, Summary } from "../../model/run/run.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { operationOrAll } from "./threshold.ts";
import { amount, count, counting, ns } from "./values.ts";

const PERCENTILES = [
  ...(["minNs", "p50Ns", "p90Ns", "p95Ns", "p99Ns", "p999Ns", "p9999Ns", "maxNs"] as const),
] as const;

/** Cells of a histogram are up to 0.1% wide, and older versions kept the exact maximum. */
const CELL_SHARE = 0.002;

const latency = z
  .object({
    count: counting,
    minNs: ns,
    meanNs: ns,
    standardDeviationNs: ns,
    p50Ns: ns,
    p90Ns: ns,
    p95Ns: ns,
    p99Ns: ns,
    p999Ns: ns,
    p9999Ns: ns,
    maxNs: ns,
    atLeastNs: ns.exactOptional(),
  } satisfies Fields<LatencySummary>)
  .check(({ value, issues }) => {
    const wrong = PERCENTILES.find((one, at) => {
      const below = PERCENTILES[at - 1];
      return below !== undefined && value[below] > value[one] * (1 + CELL_SHARE) + 1;
    });
    if (wrong === undefined) return;
    const message = "a number that is not below the lower percentiles";
    issues.push({ code: "custom", message, path: [wrong], input: value });
  });

const latencyOrNull = latency.nullable();

export const summary = z.object({
  operation: operationOrAll,
  operations: count,
  bytes: count,
  errors: count,
  unfinished: count.exactOptional(),
  drained: count,
  throttled: count.exactOptional(),
  leftOut: count.exactOptional(),
  operationsPerSecond: amount,
  bytesPerSecond: amount,
  latency: latencyOrNull,
  firstByte: latencyOrNull,
  // Before writes could be durable there were no syncs.
  sync: latencyOrNull.default(null),
  connections: z
    .object({
      connect: latency.exactOptional(),
      tls: latency.exactOptional(),
      answer: latency.exactOptional(),
      newConnection: latency.exactOptional(),
    } satisfies Fields<NonNullable<Summary["connections"]>>)
    .exactOptional(),
  attempt: latencyOrNull.exactOptional(),
  response: latencyOrNull.exactOptional(),
} satisfies Fields<Summary>);

export const openLoop = z.object({
  offered: count,
  offeredPerSecond: amount,
  late: count,
  dropped: count,
  unissued: count,
  backlogMost: count,
  backlogAtEnd: count,
  pacing: latencyOrNull,
} satisfies Fields<OpenLoop>);

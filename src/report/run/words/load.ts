/**
 * Sentences and phrases about a run that more than one section, file or command needs: its load
 * (here), caveats, thresholds and searches. Functions of plain data that return text; no tables and
 * no markup.
 */

import { LISTS } from "../../../model/plan/operation.ts";
import { NO_PARAMETERS, type PhasePlan, PLAIN_REQUESTS } from "../../../model/plan/plan.ts";
import type { Run } from "../../../model/run/run.ts";
import { formatBytes, formatDuration, formatIops, formatShare } from "../../parts/format.ts";

/** `3 hosts on one storage`, `3 hosts, each with its own storage`; null for one host. */
export function hostsText({ hosts = [], hostScope }: Run): string | null {
  if (hosts.length < 2) return null;
  const storage = hostScope === "private" ? ", each with its own storage" : " on one storage";
  return `${hosts.length} hosts${storage}`;
}

/** An access pattern with its parameters: `zipf (theta 0.99)`, `strided (every 1 MiB), shared`. */
export function accessText({ access, accessParameters }: PhasePlan): string {
  // Runs of older versions have no parameters.
  const { region, theta, strideBytes, hotOperationsShare, hotDataShare } =
    accessParameters ?? NO_PARAMETERS;
  const shared = region === "shared" ? ", shared" : "";
  switch (access) {
    case "zipf":
      return `zipf (theta ${theta})`;
    case "hotspot": {
      const [operations, data] = [formatShare(hotOperationsShare), formatShare(hotDataShare)];
      return `hotspot (${operations} of operations on ${data} of the data)`;
    }
    case "strided":
      return `strided (every ${formatBytes(strideBytes)})${shared}`;
    default:
      return `${access}${shared}`;
  }
}

/** Block sizes with their shares of the operations, or the only size. */
export function blockSizesText({ blockBytes, blockMix = [] }: PhasePlan): string {
  if (blockMix.length === 0) return formatBytes(blockBytes);
  const total = blockMix.reduce((sum, { weight }) => sum + weight, 0);
  return blockMix
    .map(({ bytes, weight }) => `${formatBytes(bytes)} ${formatShare(weight / total)}`)
    .join(", ");
}

/** Options of a phase's S3 requests: `STANDARD_IA, sse-kms, CRC32C`. */
export function objectsText(phase: PhasePlan): string {
  // Runs of older versions have no such options.
  const { objects, listing, restore, keysPerRequest } = { ...PLAIN_REQUESTS, ...phase };
  const { storageClass, encryption, checksum, payload, connections, verify } = objects;
  const does = (operation: string) => phase.mix.some((part) => part.operation === operation);
  const lists = phase.mix.some(({ operation }) => LISTS.has(operation));
  return [
    storageClass,
    encryption.kind === "none" ? null : encryption.kind,
    checksum,
    payload === "unsigned" ? null : `payload ${payload}`,
    connections === "reused" ? null : "new connection per request",
    verify ? "content verified" : null,
    lists && listing.prefix === "dataset" ? "whole dataset" : null,
    lists && listing.delimiter ? "one level" : null,
    lists && listing.pageSize !== PLAIN_REQUESTS.listing.pageSize
      ? `pages of ${listing.pageSize}`
      : null,
    does("deleteObjects") ? `${keysPerRequest} keys per request` : null,
    restore === null ? null : `${restore.tier}, at most ${formatDuration(restore.deadlineNs)}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

/** Offered rates of a phase: `200/s`, `100/s to 900/s`. */
export function offeredText({ rate }: Pick<PhasePlan, "rate">): string | null {
  // Runs of older versions have no rate.
  if (rate == null) return null;
  const steps = rate.steps.map(({ fromPerSecond, toPerSecond }) => {
    const [from, to] = [formatIops(fromPerSecond), formatIops(toPerSecond)];
    return from === to ? `${from}/s` : `${from}/s to ${to}/s`;
  });
  return `${steps.join(", then ")}${rate.arrivals === "poisson" ? " with Poisson arrivals" : ""}`;
}

/**
 * Sentences and phrases about a run that more than one section, file or command needs: its load
 * (here), its thresholds and its searches. Functions of plain data that return text; no tables and
 * no markup.
 */

import { LISTS } from "../../../model/plan/operation.ts";
import { NO_PARAMETERS, type PhasePlan, PLAIN_REQUESTS } from "../../../model/plan/plan.ts";
import { formatBytes, formatDuration, formatIops, formatShare } from "../../parts/format.ts";

/** An access pattern and what it was told: `zipf (theta 0.99)`, `strided (every 1 MiB), shared`. */
export function accessText({ access, accessParameters }: PhasePlan): string {
  // Runs that were stored before patterns had parameters have none.
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

/** Sizes of a mix with their shares of the operations, or the one size there is. */
export function blockSizesText({ blockBytes, blockMix = [] }: PhasePlan): string {
  if (blockMix.length === 0) return formatBytes(blockBytes);
  const total = blockMix.reduce((sum, { weight }) => sum + weight, 0);
  return blockMix
    .map(({ bytes, weight }) => `${formatBytes(bytes)} ${formatShare(weight / total)}`)
    .join(", ");
}

/** What a phase asks of a bucket's objects beside its operation: `STANDARD_IA, sse-kms, CRC32C`. */
export function objectsText(phase: PhasePlan): string {
  // A run that an older version stored asked for nothing.
  const { objects, listing, restore, keysPerRequest } = { ...PLAIN_REQUESTS, ...phase };
  const { storageClass, encryption, checksum, payload, connections, verify } = objects;
  const does = (operation: string) => phase.mix.some((part) => part.operation === operation);
  const lists = phase.mix.some(({ operation }) => LISTS.has(operation));
  return [
    storageClass,
    encryption.kind === "none" ? null : encryption.kind,
    checksum,
    payload === "unsigned" ? null : `payload ${payload}`,
    connections === "reused" ? null : "a new connection for each request",
    verify ? "content verified" : null,
    lists && listing.prefix === "dataset" ? "all of the dataset" : null,
    lists && listing.delimiter ? "one level" : null,
    lists && listing.pageSize !== PLAIN_REQUESTS.listing.pageSize
      ? `pages of ${listing.pageSize}`
      : null,
    does("deleteObjects") ? `${keysPerRequest} keys a request` : null,
    restore === null ? null : `${restore.tier}, at most ${formatDuration(restore.deadlineNs)}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

/** The rates of a phase as a reader says them: `200/s`, `100/s to 900/s`. */
export function offeredText({ rate }: Pick<PhasePlan, "rate">): string | null {
  // A run stored before there were open loops has no such field.
  if (rate == null) return null;
  const steps = rate.steps.map(({ fromPerSecond, toPerSecond }) => {
    const [from, to] = [formatIops(fromPerSecond), formatIops(toPerSecond)];
    return from === to ? `${from}/s` : `${from}/s to ${to}/s`;
  });
  return `${steps.join(", then ")}${rate.arrivals === "poisson" ? " at random (Poisson)" : ""}`;
}

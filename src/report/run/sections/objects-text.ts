import { LISTS } from "../../../model/plan/operation.ts";
import type { PhasePlan } from "../../../model/plan/plan.ts";
import { PLAIN_REQUESTS } from "../../../model/plan/plan.ts";
import { formatDuration } from "../../parts/format.ts";

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

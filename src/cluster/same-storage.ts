import { PreflightError } from "../model/fault/errors.ts";
import type { HostScope } from "../model/run/hosts.ts";
import { KIND, type TargetKind } from "../model/target/kind.ts";

/** Answer of a host to the question whether it reads the keeper's token. */
export interface TokenAnswer {
  /** Name of the host, as the user gave it. */
  readonly name: string;
  /** Why it has not the keeper's storage, one sentence; null if it has. */
  readonly reason: string | null;
}

/** Maximum hosts whose reasons a message has; the rest are counted. */
const MAX_REASONS = 5;

/**
 * Warning for hosts that each load their own storage although its declared kind could be shared;
 * null if the kind, such as a volume, is one per host.
 */
export function ownStorageWarning(
  kind: TargetKind,
  answers: readonly TokenAnswer[],
): string | null {
  const [first] = answers;
  if (kind !== "directory" || first === undefined) return null;
  return (
    `the hosts do not see the same storage (${first.name}: ${first.reason ?? "unknown"}), so ` +
    "each has its own dataset, and rates are sums over their storage; to share one, mount it on " +
    "every host and declare its kind"
  );
}

/**
 * Decides by content whether the hosts share the target: all read the keeper's token (`shared`), or
 * none (`private`: each has its own dataset). The declared kind decides only whether `private` is
 * possible: a file system or bucket of a service is one for all hosts.
 *
 * @param keeper name of the host that wrote the token
 * @param answers those of all other hosts
 * @throws PreflightError with the names of the hosts that do not see the storage
 */
export function scopeByToken(
  kind: TargetKind,
  keeper: string,
  answers: readonly TokenAnswer[],
): HostScope {
  const without = answers.filter(({ reason }) => reason !== null);
  if (without.length === 0) return "shared";
  const { isFileSystem, family, noun } = KIND[kind];
  const isOne = isFileSystem === true || family === "bucket";
  if (without.length === answers.length && !isOne) return "private";
  const names = without.map(({ name }) => name);
  const reasons = without
    .slice(0, MAX_REASONS)
    .map(({ name, reason }) => `${name}: ${reason ?? "unknown"}`);
  const hidden = without.length - reasons.length;
  if (hidden > 0) reasons.push(`and ${hidden} more`);
  const why = isOne
    ? `the target is ${noun}, which all hosts must reach`
    : "the other hosts share it, so that neither one dataset nor one per host is possible";
  throw new PreflightError(
    `${names.slice(0, MAX_REASONS).join(", ")} ${names.length === 1 ? "does" : "do"} not see the ` +
      `storage of ${keeper}: ${why}; mount the same storage on all hosts, or leave ` +
      `${names.length === 1 ? "this host" : "these hosts"} out\n${reasons.join("\n")}`,
  );
}

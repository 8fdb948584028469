import type { Backing } from "./backing.ts";
import type { TargetKind } from "./kind.ts";
import type { Instance, Provisioned, TargetSpec } from "./target.ts";

/**
 * Source of a fact: declared by the user, detected on this host, described by the AWS API, or
 * published (the limits of an instance type, from a table that comes with assay). A run that was
 * read may also have facts that the user declared after it; a stored one never has.
 */
export type Source = "declared" | "detected" | "described" | "published" | "declared-after";

/** Facts of one thing, each with its source; unknown facts are absent. */
export type Known<T> = {
  readonly [Name in keyof T]?: {
    readonly value: NonNullable<T[Name]>;
    readonly from: Source;
  };
};

/** All known facts of a target and of the host that measures it. */
export interface StorageKnowledge {
  /** Kind that the AWS API describes; absent if the API was not queried. */
  readonly describedKind?: TargetKind;
  readonly backing: Backing | null;
  readonly provisioned: Known<Provisioned>;
  readonly instance: Known<Instance>;
  /** Described state that changes by itself, by its name in {@link STATES}. */
  readonly states: Readonly<Record<string, string | number>>;
  /** Declared facts that are contradicted, one sentence each. */
  readonly mismatches: readonly string[];
  /**
   * The mismatch that contradicts the declared kind, so that no measurement is evidence for or
   * against a claim. Null: no contradiction; absent: not compared.
   */
  readonly misfit?: string | null;
  /** Facts that could not be determined and why, one sentence each. */
  readonly unknown: readonly string[];
}

/** States that assay reads, with their names in reports. */
export const STATES = {
  modification: "Modification in progress",
  modificationPercent: "Modification progress (percent)",
  burstBalancePercent: "Burst balance (percent of the maximum credits)",
  burstCreditBytes: "Burst credits (bytes)",
  burstBalanceAt: "Time of burst balance or credits",
  storedInfrequentAccessBytes: "Stored in Infrequent Access (bytes)",
  storedArchiveBytes: "Stored in Archive (bytes)",
  lifecycle: "Lifecycle",
  compression: "File system compression",
  bucketRegion: "Bucket region",
} as const;

/** The known facts if nothing was detected or described: the declared ones. */
export function declaredKnowledge(target: {
  readonly provisioned: Provisioned;
  readonly instance?: Instance;
}): StorageKnowledge {
  return {
    backing: null,
    provisioned: declared(target.provisioned),
    instance: declared(target.instance ?? {}),
    states: {},
    mismatches: [],
    unknown: [],
  };
}

/** Marks all facts as declared. */
function declared<T extends object>(facts: T): Known<T> {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { value, from: "declared" }]),
  ) as Known<T>;
}

/** Kind of a target: as described by the AWS API, otherwise as declared. */
export function targetKindOf(
  target: Pick<TargetSpec, "kind">,
  knowledge: Pick<StorageKnowledge, "describedKind"> | null | undefined,
): TargetKind {
  return knowledge?.describedKind ?? target.kind;
}

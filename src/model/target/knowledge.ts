import type { Backing } from "./backing.ts";
import type { TargetKind } from "./kind.ts";
import type { Instance, Provisioned, TargetSpec } from "./target.ts";

/**
 * Where a fact comes from: the user said it, this machine shows it, the API of AWS describes it, or
 * a table that comes with assay lists it (of an instance type, its limits).
 */
export type Source = "declared" | "detected" | "described" | "published";

/** Facts of one thing, each with where it comes from; what nobody knows is absent. */
export type Known<T> = {
  readonly [Name in keyof T]?: {
    readonly value: NonNullable<T[Name]>;
    readonly from: Source;
  };
};

/** All that is known of a target and of the machine that measures it. */
export interface StorageKnowledge {
  /** Kind that the API of AWS describes; absent where it was not asked. */
  readonly describedKind?: TargetKind;
  readonly backing: Backing | null;
  readonly provisioned: Known<Provisioned>;
  readonly instance: Known<Instance>;
  /** State that changes by itself, as described, by its name in {@link STATES}. */
  readonly states: Readonly<Record<string, string | number>>;
  /** What was declared and is contradicted, in one sentence each. */
  readonly mismatches: readonly string[];
  /**
   * The one of `mismatches` by which the target is not what it was declared to be: nothing measured
   * on it is evidence for or against a claim. Null: nothing contradicts it; absent: not compared.
   */
  readonly misfit?: string | null;
  /** What could not be found out and why, in one sentence each. */
  readonly unknown: readonly string[];
}

/** States that are looked for, and what a reader is told they are. */
export const STATES = {
  modification: "Modification going on",
  modificationPercent: "Modification done (percent)",
  burstBalancePercent: "Burst balance (percent of a full bucket)",
  burstCreditBytes: "Burst credits (bytes)",
  burstBalanceAt: "Burst balance or credits as of",
  storedInfrequentAccessBytes: "Stored in Infrequent Access (bytes)",
  storedArchiveBytes: "Stored in Archive (bytes)",
  lifecycle: "Life cycle",
  compression: "Compression by the file system",
  bucketRegion: "Region of the bucket",
} as const;

/** What is known where nothing was looked for: all that was declared. */
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

/** Every fact of a thing as a declared one. */
function declared<T extends object>(facts: T): Known<T> {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { value, from: "declared" }]),
  ) as Known<T>;
}

/** The kind a target is: what the API of AWS describes, else what was declared. */
export function targetKindOf(
  target: Pick<TargetSpec, "kind">,
  knowledge: Pick<StorageKnowledge, "describedKind"> | null | undefined,
): TargetKind {
  return knowledge?.describedKind ?? target.kind;
}

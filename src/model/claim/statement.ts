import type { TargetKind } from "../target/kind.ts";

/** Number of a phase that a statement's workload provides, in base units. */
export const STATEMENT_MEASURES = [
  "operations-per-second",
  "bytes-per-second",
  "latency-p50",
  "latency-p99",
  "latency-p99.9",
  "first-byte-p50",
  "first-byte-p99",
] as const;

export type StatementMeasure = (typeof STATEMENT_MEASURES)[number];

/** A shipped workload that tests a statement, and the number that it provides. */
export interface StatementWorkload {
  readonly scenario: string;
  /** Phase name; `*` matches any text: `read[queueDepth=*]`. */
  readonly phase: string;
  readonly measure: StatementMeasure;
  /** The phase that applies if several match. */
  readonly of: "highest" | "lowest";
}

/** How measurements decide a statement, in sentences that a reader can compare with its claims. */
export interface Derivation {
  /** Result that supports or refutes the statement; null if no measurement can. */
  readonly supported: string | null;
  readonly refuted: string | null;
  /** Why one of the two, or both, is null; null if neither is. */
  readonly undecided: string | null;
  /** Part of the statement that stays undecided even if it is supported; null if there is none. */
  readonly beyond: string | null;
  /**
   * `all`: supported if all claims are. `any`: supported if one is, because the claims are for
   * different targets. Any refuted claim refutes it.
   */
  readonly rule: "all" | "any";
}

/** A performance statement of the guide, paraphrased, and the requirements of a test. */
export interface Statement {
  /** `G01` to `G38`. */
  readonly id: string;
  readonly statement: string;
  readonly services: readonly Service[];
  /** Target kinds that can test it. */
  readonly kinds: readonly TargetKind[];
  /** `yes`: measurements can support and refute it. `partly`: not both, or neither. */
  readonly testable: "yes" | "partly";
  /** Requirements of a test in addition to the target, one sentence. */
  readonly needs: string;
  /** Absent: all of its claims support it, and any refutes it. */
  readonly derivation?: Derivation;
  /** Ids of the claims that decide it; empty if no measurement does. */
  readonly claims: readonly string[];
  /** Empty if no shipped workload tests it. */
  readonly workloads: readonly StatementWorkload[];
}

export const SERVICES = ["ebs", "efs", "fsx-lustre", "s3", "s3-express", "sagemaker"] as const;

type Service = (typeof SERVICES)[number];

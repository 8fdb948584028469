import type { TargetKind } from "../target/kind.ts";

/** What a statement's workload is read for: one number of one phase, in base units. */
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

/** A shipped workload that speaks to a statement, and the number of it that does. */
export interface StatementWorkload {
  readonly scenario: string;
  /** Phase name, in which `*` stands for any text: `read[queueDepth=*]`. */
  readonly phase: string;
  readonly measure: StatementMeasure;
  /** Which one counts where several phases match. */
  readonly of: "highest" | "lowest";
}

/** How measurements decide a statement, in sentences a person can check against its claims. */
export interface Derivation {
  /** What they show where it is right, and where it is wrong; null: none can show that. */
  readonly supported: string | null;
  readonly refuted: string | null;
  /** Why one of the two, or both, is null; null where neither is. */
  readonly undecided: string | null;
  /** What else it says, left open even where it is supported; null: nothing. */
  readonly beyond: string | null;
  /**
   * `all`: supported where every claim is. `any`: where one is, for they are about other targets.
   * Any refuted claim refutes it.
   */
  readonly rule: "all" | "any";
}

/** A performance statement of the guide, paraphrased, and what it would take to test it. */
export interface Statement {
  /** `G01` to `G38`. */
  readonly id: string;
  readonly statement: string;
  readonly services: readonly Service[];
  /** Kinds of target on which it could ever be tested; on any other it cannot. */
  readonly kinds: readonly TargetKind[];
  /** `yes`: measurements can support and refute it. `partly`: not both, or neither. */
  readonly testable: "yes" | "partly";
  /** What a test needs beside the target, in one sentence. */
  readonly needs: string;
  /** Absent: all of its claims support it, and any refutes it. */
  readonly derivation?: Derivation;
  /** Ids of the claims that carry its derivation; empty: nothing measurable decides it. */
  readonly claims: readonly string[];
  /** Empty: no shipped workload speaks to it. */
  readonly workloads: readonly StatementWorkload[];
}

export const SERVICES = ["ebs", "efs", "fsx-lustre", "s3", "s3-express", "sagemaker"] as const;

type Service = (typeof SERVICES)[number];

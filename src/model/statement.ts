import type { TargetKind } from "./target.ts";

/** What a statement's workload is read for: one number of one phase, in base units. */
export const MEASURES = [
  "operations-per-second",
  "bytes-per-second",
  "latency-p50",
  "latency-p99",
  "latency-p99.9",
  "first-byte-p50",
  "first-byte-p99",
] as const;

export type Measure = (typeof MEASURES)[number];

/** A shipped workload that speaks to a statement, and the number of it that does. */
export interface StatementWorkload {
  readonly scenario: string;
  /** Phase name, in which `*` stands for any text: `read[queueDepth=*]`. */
  readonly phase: string;
  readonly measure: Measure;
  /** Which one counts where several phases match. */
  readonly of: "highest" | "lowest";
}

/** A performance statement of the guide, paraphrased, and what it would take to test it. */
export interface Statement {
  /** `G01` to `G38`. */
  readonly id: string;
  readonly statement: string;
  readonly services: readonly Service[];
  /** Kinds of target on which it could ever be tested; on any other it cannot. */
  readonly kinds: readonly TargetKind[];
  /** `partly`: some of what it says is beyond any measurement, or beyond one client. */
  readonly testable: "yes" | "partly";
  /** What a test needs beside the target, in one sentence. */
  readonly needs: string;
  /** Ids of the claims that decide it; empty: nothing measurable does. */
  readonly claims: readonly string[];
  /** Empty: no shipped workload speaks to it. */
  readonly workloads: readonly StatementWorkload[];
}

export const SERVICES = ["ebs", "efs", "fsx-lustre", "s3", "s3-express", "sagemaker"] as const;

type Service = (typeof SERVICES)[number];

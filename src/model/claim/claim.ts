/**
 * Published claims, the statements of the guide, and verdicts on them, as types. `claim/catalogue`
 * reads claims and `claim/verdict` evaluates them. Read `Claim` first, then `verdict.ts`.
 */

import type { Operation } from "../plan/operation.ts";
import type { AccessPattern } from "../plan/plan.ts";
import type { Distribution, Statistic } from "../plan/threshold.ts";
import type { TargetKind } from "../target/kind.ts";
import type { VariableProperty } from "./work.ts";

/**
 * Role of a published figure: `floor`, a lower bound; `ceiling`, an upper bound (a slower
 * measurement is no evidence); `expected`, a typical value; `formula`, computed from provisioned
 * values; `comparison` of two measurements; `superseded`, a former figure that dates a
 * disagreement.
 */
export const ROLES = [
  "floor",
  "ceiling",
  "expected",
  "formula",
  "comparison",
  "superseded",
] as const;
type Role = (typeof ROLES)[number];

/** `==` and `~`: within the tolerance; `within`: between `low` and `high`. */
export const FIGURE_RELATIONS = [">=", ">", "<=", "<", "==", "~", "within"] as const;
export type FigureRelation = (typeof FIGURE_RELATIONS)[number];

/** Units of published figures, as factors to base units (1/s, B/s, ns). */
export const FIGURE_UNITS = {
  IOPS: 1,
  "requests/s": 1,
  "files/s": 1,
  "B/s": 1,
  "MB/s": 1e6,
  "GB/s": 1e9,
  "MiB/s": 2 ** 20,
  "GiB/s": 2 ** 30,
  "Gb/s": 1e9 / 8,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
  ratio: 1,
  share: 1,
  errors: 1,
} as const;
export type FigureUnit = keyof typeof FIGURE_UNITS;

const TIMES: ReadonlySet<FigureUnit> = new Set(["us", "ms", "s", "min", "h"]);

/** Base unit of a figure, used in CSV and JSON: `ns` for a figure in ms. */
export function baseUnitOf(unit: FigureUnit): FigureUnit | "ns" {
  if (TIMES.has(unit)) return "ns";
  return FIGURE_UNITS[unit] === 1 ? unit : "B/s";
}

/** Number of a matching phase that is compared with the figure. */
export type ClaimMeasure =
  /** Completed operations (or bytes) per second in the reported part of the phase. */
  | { readonly kind: "iops" }
  | { readonly kind: "throughput" }
  | { readonly kind: "time"; readonly of: Distribution; readonly statistic: Statistic }
  /** Rate before or after the end of a burst; needs a burst that ends during the phase. */
  | {
      readonly kind: "burst";
      readonly of: "iops" | "throughput";
      readonly part: "during" | "after";
    }
  /** From the start of measuring until the burst ended. */
  | { readonly kind: "burst-duration" }
  /** Share of seconds in which `of` was at least `least` times the figure of `of`. */
  | {
      readonly kind: "share-of-seconds";
      readonly of: "iops" | "throughput";
      /** Expression: the lower bound of each second. */
      readonly least: string;
      readonly unit: FigureUnit;
    }
  /** Share of operations slower than `thanNs` nanoseconds. */
  | { readonly kind: "share-slower"; readonly thanNs: number }
  /** Operations that failed with one of these codes; empty: with any. */
  | { readonly kind: "errors"; readonly codes: readonly string[] };

/** Condition for phases that test a claim. All fields that are set must match. */
export interface Workload {
  /** Alone in their phase, or all operations of a mix among these. */
  readonly operations: readonly Operation[];
  /** At least one of these is in the mix: without any, the measure does not test the claim. */
  readonly including?: readonly Operation[];
  readonly access?: readonly AccessPattern[];
  /** Largest and smallest block (or object) of the phase. */
  readonly blockBytes?: { readonly least?: number; readonly most?: number };
  /** `closed`: as fast as it goes; `open`: at a rate. Absent: either. */
  readonly pacing?: "closed" | "open";
  /** Operations in flight over all workers. */
  readonly inFlight?: { readonly least?: number; readonly most?: number };
  /** Whether the data was read (or written) before in this run. */
  readonly touch?: "first" | "again";
  /** Expression over the facts of the target and the phase. */
  readonly where?: string;
}

/** One side of a comparison: what is measured, and on what. */
export interface Side {
  readonly kinds: readonly TargetKind[];
  readonly workload: Workload;
}

/** Conditions for comparing a measurement with a figure. */
export interface Needs {
  /** Minimum measured time, nanoseconds. */
  readonly durationNs: number;
  /** Minimum operations in flight, without which the limit is not reached. */
  readonly inFlightPerThousandIops?: number;
  readonly inFlight?: number;
  /** Latency claims of the same kinds; with the queue depth, the latency limits the rate. */
  readonly latencies?: readonly Claim[];
  /** Whether no operation may be served by the page cache. */
  readonly uncached: boolean;
  /** Whether all blocks must have been accessed before. */
  readonly initialised: boolean;
  /** Whether the target must be in the Availability Zone of the host. */
  readonly sameZone: boolean;
  /** Instance limits to check first: those of EBS or of the network. */
  readonly instance: "ebs" | "network" | null;
  /** Required state of the burst: ended, lasting, or any. */
  readonly burst: "ended" | "lasting" | "any";
  /** Facts that the evaluation needs: `provisioned.iops`. */
  readonly known: readonly string[];
  /** `many`: two or more clients must load the storage concurrently. */
  readonly clients: "one" | "many";
}

/**
 * Performance that a claim is about. `client`: one client, so each host is evaluated alone.
 * `system`: the whole file system, volume or bucket, so hosts that share it count together.
 */
export const CLAIM_SCOPES = ["client", "system"] as const;
type ClaimScope = (typeof CLAIM_SCOPES)[number];

/** Source of a figure. */
export interface ClaimSource {
  readonly title: string;
  readonly address: string | null;
  /** Date of reading, or the date of the source, as precisely as known. */
  readonly date: string;
}

/** Values of variables, and the resulting `value` (or `low` and `high`) in the claim's unit. */
interface Example {
  readonly given: Readonly<Record<string, unknown>>;
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
}

/** One published figure, or one assertion of the guide, that a run can test. */
export interface Claim {
  /** `ebs.gp3.iops.provisioned`. */
  readonly id: string;
  /** The claim, paraphrased in one sentence. */
  readonly says: string;
  readonly role: Role;
  readonly scope: ClaimScope;
  /**
   * Expression that selects targets; null: all targets of its kinds. For a comparison, over the
   * facts and phases of both sides: `of.iops == over.iops`.
   */
  readonly when: string | null;
  /** The measured side; a comparison divides it by the second side. */
  readonly side: Side;
  readonly over: Side | null;
  /** Whether the sides of a comparison are phases or targets; null without a comparison. */
  readonly between: "phases" | "targets" | null;
  /** Properties in which the sides of a comparison may differ; otherwise empty. */
  readonly varies: readonly VariableProperty[];
  readonly measure: ClaimMeasure;
  readonly relation: FigureRelation;
  /** Expression or number in `unit`; null with `within`, which uses `low` and `high`. */
  readonly value: string | null;
  readonly low: string | null;
  readonly high: string | null;
  readonly unit: FigureUnit;
  /** Tolerance, a share of the figure. */
  readonly tolerance: number;
  readonly needs: Needs;
  readonly source: ClaimSource;
  /** End date of a superseded figure; null for a current one. */
  readonly until: string | null;
  /** Values computed by hand, to check the expressions. */
  readonly examples: readonly Example[];
  /** File and line of the claim. */
  readonly place: { readonly file: string; readonly line: number };
}

/**
 * Published claims and the statements of the guide, and what a verdict on them is. Only types and
 * the words of figures: claims are read in `claim/catalogue` and judged in `claim/verdict`. Begin
 * with `Claim` in this file, then `verdict.ts`.
 */

import type { Operation } from "../plan/operation.ts";
import type { AccessPattern } from "../plan/plan.ts";
import type { Distribution, Statistic } from "../plan/threshold.ts";
import type { TargetKind } from "../target/kind.ts";
import type { VariableProperty } from "./work.ts";

/**
 * What a published figure means: `floor` at least, `ceiling` at most (a slower measurement says
 * nothing about it), `expected` typical or designed for, `formula` worked out from what was
 * provisioned, `comparison` of two measurements, `superseded` no longer published, kept so that a
 * disagreement can be dated.
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

/** `==` and `~`: no further away than the tolerance; `within`: between `low` and `high`. */
export const FIGURE_RELATIONS = [">=", ">", "<=", "<", "==", "~", "within"] as const;
export type FigureRelation = (typeof FIGURE_RELATIONS)[number];

/** Units a figure is published in, by what they measure; inside, base units (1/s, B/s, ns). */
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

/** Unit of a figure in base units, which is what CSV and JSON hold: `ns` of a figure in ms. */
export function baseUnitOf(unit: FigureUnit): FigureUnit | "ns" {
  if (TIMES.has(unit)) return "ns";
  return FIGURE_UNITS[unit] === 1 ? unit : "B/s";
}

/** What is read from the phases that speak to a claim. */
export type ClaimMeasure =
  /** Operations (or bytes) completed a second over what is reported of the phase. */
  | { readonly kind: "iops" }
  | { readonly kind: "throughput" }
  | { readonly kind: "time"; readonly of: Distribution; readonly statistic: Statistic }
  /** Level before a burst ended, and after it; without an end nothing can be told apart. */
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
      /** Expression: what each second is held against. */
      readonly least: string;
      readonly unit: FigureUnit;
    }
  /** Share of operations slower than so many nanoseconds. */
  | { readonly kind: "share-slower"; readonly thanNs: number }
  /** Operations that failed with one of these codes; empty: with any. */
  | { readonly kind: "errors"; readonly codes: readonly string[] };

/** Which phases speak to a claim. Every field that is there must hold. */
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
  /** Expression over what is known of the target and over the phase. */
  readonly where?: string;
}

/** One side of a comparison: what is measured, and on what. */
export interface Side {
  readonly kinds: readonly TargetKind[];
  readonly workload: Workload;
}

/** What must hold before a measurement is held against a figure. */
export interface Needs {
  /** Shortest measured time that says anything, in nanoseconds. */
  readonly durationNs: number;
  /** What the figure depends on: its own limit is not reached with too few in flight. */
  readonly inFlightPerThousandIops?: number;
  readonly inFlight?: number;
  /** Claims of a latency of the same kinds, which limits the rate by the queue depth. */
  readonly latencies?: readonly Claim[];
  /** The page cache must not have answered; true wherever storage is what is measured. */
  readonly uncached: boolean;
  /** Blocks must have been touched before. */
  readonly initialised: boolean;
  /** Same zone as the machine's. */
  readonly sameZone: boolean;
  /** The machine's limits are asked first: those of EBS, or of the network. */
  readonly instance: "ebs" | "network" | null;
  /** The credits of a burst are spent, are there, or do not matter. */
  readonly burst: "ended" | "lasting" | "any";
  /** Facts without which it cannot be judged: `provisioned.iops`. */
  readonly known: readonly string[];
  /** Several machines at once: one client cannot show it. */
  readonly clients: "one" | "many";
}

/** Where a figure is published. */
export interface ClaimSource {
  readonly title: string;
  readonly address: string | null;
  /** When it was read, or the date the source gives; as exact as it is known. */
  readonly date: string;
}

/** Values of variables, and what `value` (or `low` and `high`) is for them, in the claim's unit. */
interface Example {
  readonly given: Readonly<Record<string, unknown>>;
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
}

/** One published figure (or one assertion of the guide) that a run can speak to. */
export interface Claim {
  /** `ebs.gp3.iops.provisioned`. */
  readonly id: string;
  /** What it says, in our words, one sentence. */
  readonly says: string;
  readonly role: Role;
  /**
   * Expression: it is about targets for which this is true. Null: about all of its kinds. Of a
   * comparison, as its figure, over the facts and phases of both sides: `of.iops == over.iops`.
   */
  readonly when: string | null;
  /** What is measured; a comparison divides by the second side. */
  readonly side: Side;
  readonly over: Side | null;
  /** Where the two sides of a comparison are measured. */
  readonly between: "phases" | "targets" | null;
  /** What the sides of a comparison may differ in; in all else they are alike. Else empty. */
  readonly varies: readonly VariableProperty[];
  readonly measure: ClaimMeasure;
  readonly relation: FigureRelation;
  /** Expression (a number is one too) in `unit`; with `within`, `low` and `high` are. */
  readonly value: string | null;
  readonly low: string | null;
  readonly high: string | null;
  readonly unit: FigureUnit;
  /** Share of the figure within which a measurement agrees with it. */
  readonly tolerance: number;
  readonly needs: Needs;
  readonly source: ClaimSource;
  /** Until when a superseded figure was published; null for one that still is. */
  readonly until: string | null;
  /** Worked by hand: what the expressions must come to. */
  readonly examples: readonly Example[];
  /** The file the claim stands in, and its line. */
  readonly place: { readonly file: string; readonly line: number };
}

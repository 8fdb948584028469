import { KIND, type TargetKind } from "../target/kind.ts";

/** Assumed run-to-run variation of a kind of storage, used if the runs do not show it. */
export interface RunToRun {
  /** Standard deviation of the logarithm of a rate or time: 0.1 is about 10%. */
  readonly share: number;
  /**
   * Degrees of freedom of `share`, because an estimate from a promise is itself uncertain. Null:
   * `share` is an upper bound.
   */
  readonly freedom: number | null;
  /** Source of the value, one clause. */
  readonly words: string;
  readonly source: { readonly title: string; readonly address: string; readonly date: string };
}

const EBS = {
  title: "Amazon EBS optimization",
  address: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-optimization.html",
  date: "2026-11",
};

const STUDY = {
  title: "J. Schad et al., Runtime Measurements in the Cloud, PVLDB 3(1)",
  address: "https://doi.org/10.14778/1920841.1920902",
  date: "2010",
};

/** ln(1 / 0.9) over the 99% quantile of the normal distribution. */
const PROMISED_99: RunToRun = {
  share: 0.0453,
  freedom: 4,
  words: "AWS promises 90% of the performance 99% of the time",
  source: EBS,
};

/** The same over the 99.9% quantile. */
const PROMISED_999: RunToRun = {
  share: 0.0341,
  freedom: 4,
  words: "AWS promises 90% of the performance 99.9% of the time",
  source: EBS,
};

const UNPUBLISHED: RunToRun = {
  share: 0.1,
  freedom: null,
  words: "no figure is published; measurements on EC2 fell into two bands",
  source: STUDY,
};

/**
 * Run-to-run variation with one or two runs, for any storage. A spread derived from a promise holds
 * for most volumes, and so few runs do not show whether it holds for this one.
 */
export const FEW_RUNS: RunToRun = {
  share: 0.1,
  freedom: null,
  words: "so few runs do not show their spread; measurements on EC2 fell into two bands",
  source: STUDY,
};

const PROMISES = { "99%": PROMISED_99, "99.9%": PROMISED_999 } as const;

/** Returns the spread that is assumed between runs on a kind of storage. */
export function runToRunOf(kind: TargetKind): RunToRun {
  const { promisedTime } = KIND[kind];
  return promisedTime === undefined ? UNPUBLISHED : PROMISES[promisedTime];
}

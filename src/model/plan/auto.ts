/**
 * Limits of an automatic amount: its maximum, free space, free inodes, memory, earlier data, or the
 * other targets of a comparison.
 */
export const AMOUNT_LIMITS = ["maximum", "space", "files", "memory", "earlier", "targets"] as const;

/**
 * A file size or number of files that the target determines (`size: auto`, `count: auto`). The
 * dataset of a plan has `max` until `fitPlan` has chosen the amount for a target.
 */
export interface AutoAmount {
  readonly dataset: string;
  readonly field: "size" | "count";
  /** Smallest amount, in bytes or files. */
  readonly min: number;
  /** Amount where nothing limits it, in bytes or files. */
  readonly max: number;
  /** Set when the amount is chosen; absent: the plan is not yet fitted to a target. */
  readonly limitedBy?: (typeof AMOUNT_LIMITS)[number];
}

/** Bounds of an automatic amount that a scenario does not set: bytes, and files. */
export const AUTO_BOUNDS = {
  size: { min: 1024 ** 2, max: 1024 ** 3 },
  count: { min: 100, max: 50_000 },
} as const;

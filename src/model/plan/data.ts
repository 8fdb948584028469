/**
 * Kind of the data in a dataset and of writes to it. Ratios apply to compression and deduplication
 * in units of {@link UNIT_BYTES}; 1: none.
 */
export interface DataKind {
  readonly compressible: number;
  readonly dedupable: number;
  /** Whether each unit describes itself, so that reads can verify it. */
  readonly verifiable: boolean;
}

/** Data on which compression and deduplication have no effect. */
export const RANDOM_DATA: DataKind = { compressible: 1, dedupable: 1, verifiable: false };

/** Minimum unit of storage that deduplicates or compresses. */
export const UNIT_BYTES = 4096;

/** Maximum ratio; above it, framing is most of a compressed unit. */
export const MAX_COMPRESSIBLE = 20;
export const MAX_DEDUPABLE = 1000;

/**
 * What the bytes of a dataset are like, and of everything written into it. Ratios are those of a
 * compressor or a deduplicator that works in units of {@link UNIT_BYTES}; 1 is not at all.
 */
export interface DataKind {
  readonly compressible: number;
  readonly dedupable: number;
  /** Every unit says what it is, so that reads can tell whether it is what was written. */
  readonly verifiable: boolean;
}

/** Neither compression nor deduplication flatters a target that holds this. */
export const RANDOM_DATA: DataKind = { compressible: 1, dedupable: 1, verifiable: false };

/** Storage that deduplicates or compresses works in units of at least this size. */
export const UNIT_BYTES = 4096;

/** Beyond this the frame of a compressed unit is most of it. */
export const MAX_COMPRESSIBLE = 20;
export const MAX_DEDUPABLE = 1000;

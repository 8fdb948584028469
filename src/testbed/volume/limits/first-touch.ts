import type { Limits } from "./kinds.ts";

/** Speed of a volume from a snapshot, and for how many bytes. */
export interface SlowStart {
  /** Share of its limits until the last block is fetched. */
  readonly share: number;
  /** Bytes to fetch. */
  readonly bytes: number;
}

/**
 * The blocks of a volume that are fetched on first access. They are only counted: the volume is
 * initialized when as many bytes are read as there are to fetch.
 */
export class FirstTouch {
  private readonly share: number;
  private left: number;

  constructor({ share, bytes }: SlowStart) {
    this.share = share;
    this.left = bytes;
  }

  /** Whether all blocks are fetched. */
  get over(): boolean {
    return this.left <= 0;
  }

  /** Counts read bytes. */
  pass(bytes: number): void {
    this.left -= bytes;
  }

  /** The volume's limits while blocks are fetched. */
  of({ iops, bytesPerSecond }: Limits): Limits {
    if (this.over) return { iops, bytesPerSecond };
    const part = (limit: number | null) => (limit === null ? null : limit * this.share);
    return { iops: part(iops), bytesPerSecond: part(bytesPerSecond) };
  }
}

import type { Limits } from "./kinds.ts";

/** How slow a volume is that was made from a snapshot, and for how long. */
export interface SlowStart {
  /** Share of its limits that holds until the last block was fetched. */
  readonly share: number;
  /** How much there is to fetch. */
  readonly bytes: number;
}

/**
 * The blocks of a volume that have to be fetched when they are first touched. They are counted, not
 * known one by one: as many bytes as there are to fetch have to be read, whichever they are.
 */
export class FirstTouch {
  private readonly share: number;
  private left: number;

  constructor({ share, bytes }: SlowStart) {
    this.share = share;
    this.left = bytes;
  }

  /** Whether nothing has to be fetched any more. */
  get over(): boolean {
    return this.left <= 0;
  }

  /** Takes what was read. */
  pass(bytes: number): void {
    this.left -= bytes;
  }

  /** What is left of the volume's limits while blocks are fetched. */
  of({ iops, bytesPerSecond }: Limits): Limits {
    if (this.over) return { iops, bytesPerSecond };
    const part = (limit: number | null) => (limit === null ? null : limit * this.share);
    return { iops: part(iops), bytesPerSecond: part(bytesPerSecond) };
  }
}

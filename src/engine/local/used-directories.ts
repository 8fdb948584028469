/** One directory that is open; `uses`: operations in flight that name it. */
interface Used<T> {
  readonly opened: T;
  uses: number;
}

/**
 * Directories that the run does not keep open. One is opened for the operations that start there,
 * and closed after the last one: the kernel looks a descriptor up when it executes an operation,
 * and another file could have the number of a closed one by then. The directory that was used last
 * stays open, because the next operation often has the same.
 */
export class UsedDirectories<T> {
  private readonly close: (opened: T) => void;
  private readonly byNumber = new Map<number, Used<T>>();
  private newest = -1;

  constructor(close: (opened: T) => void) {
    this.close = close;
  }

  /** Uses an open directory until {@link release}; undefined if it is not open. */
  use(number: number): T | undefined {
    const used = this.byNumber.get(number);
    if (used === undefined) return undefined;
    used.uses++;
    this.setNewest(number);
    return used.opened;
  }

  /** Adds a directory that was opened now, and uses it. */
  add(number: number, opened: T): void {
    this.byNumber.set(number, { opened, uses: 1 });
    this.setNewest(number);
  }

  /** An operation in a directory is complete. */
  release(number: number): void {
    const used = this.byNumber.get(number);
    if (used === undefined) return;
    used.uses--;
    this.closeUnused(number);
  }

  /** Closes all directories. */
  end(): void {
    for (const { opened } of this.byNumber.values()) this.close(opened);
    this.byNumber.clear();
  }

  private setNewest(number: number): void {
    if (number === this.newest) return;
    const before = this.newest;
    this.newest = number;
    this.closeUnused(before);
  }

  private closeUnused(number: number): void {
    const used = this.byNumber.get(number);
    if (used === undefined || used.uses > 0 || number === this.newest) return;
    this.byNumber.delete(number);
    this.close(used.opened);
  }
}

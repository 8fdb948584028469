import type { SlotTable } from "../../engine/engine.ts";
import { operationCode } from "../../model/plan/operation.ts";
import type { OperationSource } from "./source.ts";

const WRITE = operationCode("write");

/**
 * Counts a worker's writes and pauses at each sync. The worker then waits for operations in flight,
 * syncs, and continues, like a program that writes and then calls fsync. IOSQE_IO_DRAIN would also
 * order them, but the latencies of the writes behind it would include the sync, and no other engine
 * could do the same.
 */
export class SyncPoints implements OperationSource {
  private readonly inner: OperationSource;
  private readonly slots: SlotTable;
  private readonly every: number;
  private readonly marked: Uint8Array;
  private files: number[] = [];
  private writes = 0;
  private exhausted = false;

  constructor(inner: OperationSource, slots: SlotTable, every: number, files: number) {
    this.inner = inner;
    this.slots = slots;
    this.every = every;
    this.marked = new Uint8Array(files);
  }

  next(slot: number): boolean {
    if (this.writes >= this.every) return false;
    if (!this.inner.next(slot)) {
      this.exhausted = true;
      return false;
    }
    if (this.slots.operation[slot] === WRITE) {
      this.writes++;
      const file = this.slots.file[slot] ?? 0;
      if (this.marked[file] === 0) {
        this.marked[file] = 1;
        this.files.push(file);
      }
    }
    return true;
  }

  /** Whether a sync is next, once nothing is in flight; a phase with a count ends with one. */
  get due(): boolean {
    return this.writes > 0 && (this.exhausted || this.writes >= this.every);
  }

  /** Returns and resets the files written since the last sync. */
  take(): readonly number[] {
    const files = this.files;
    for (const file of files) this.marked[file] = 0;
    this.files = [];
    this.writes = 0;
    return files;
  }
}

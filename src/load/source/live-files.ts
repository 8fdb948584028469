import { operationCode } from "../../model/plan/operation.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";
import { stretch } from "./shares.ts";
import type { OperationSource, SourceTask } from "./source.ts";

const CREATE = operationCode("create");
const DELETE = operationCode("delete");
const PICK_STREAM = 0x6c697665;

/** Unordered items with random pick and removal in constant time. */
class Pool {
  private readonly items: Int32Array;
  private readonly placeOf: Int32Array;
  size = 0;

  constructor(capacity: number) {
    this.items = new Int32Array(capacity);
    this.placeOf = new Int32Array(capacity).fill(-1);
  }

  at(place: number): number {
    return this.items[place] ?? -1;
  }

  add(item: number): void {
    this.placeOf[item] = this.size;
    this.items[this.size++] = item;
  }

  remove(item: number): void {
    const place = this.placeOf[item] ?? -1;
    const last = this.items[--this.size] ?? -1;
    this.items[place] = last;
    this.placeOf[last] = place;
    this.placeOf[item] = -1;
  }
}

/**
 * The files of one worker's share in a phase that creates, deletes and reads files. All exist at
 * the start of the phase. A file that is created or deleted has no other operation in flight, and a
 * file that is read is not deleted. All names are in the dataset, so that its manifest lists every
 * possible file.
 *
 * If no name is free, `create` overwrites an object, as a PUT does; on a path, a file is deleted
 * instead. If no file is left, one is created instead of another operation. After a failed create
 * or delete, the state is unknown and the file is not used again.
 */
export class LiveFiles {
  private readonly task: SourceTask;
  /** An operation of the mix that changes no files; -1 if there is none. */
  private readonly harmless: number;
  private readonly overwrites: boolean;
  private readonly from: number;
  private readonly live: Pool;
  private readonly free: Pool;
  /** Reads in flight of each file. */
  private readonly readers: Uint16Array;
  private readonly random: NumberedRandom;
  private number = 0;
  private exchanged = 0;
  private overwritten = 0;
  private lost = 0;

  /** @param overwrites whether `create` replaces an existing file, as a PUT does */
  constructor(task: SourceTask, overwrites: boolean) {
    this.task = task;
    const codes = task.phase.mix.map(({ operation }) => operationCode(operation));
    this.harmless = codes.find((code) => code !== CREATE && code !== DELETE) ?? -1;
    this.overwrites = overwrites;
    const share = stretch(task.dataset.count, task);
    this.from = share.item(0);
    this.live = new Pool(share.length);
    this.free = new Pool(share.length);
    this.readers = new Uint16Array(share.length);
    this.random = new NumberedRandom(task.seed, PICK_STREAM + task.worker);
    for (let item = 0; item < share.length; item++) this.live.add(item);
  }

  /** Chooses a file for each operation of the inner source. */
  over(inner: OperationSource): OperationSource {
    return { next: (slot) => this.readers.length > 0 && inner.next(slot) && this.fill(slot) };
  }

  private fill(slot: number): boolean {
    const { operation, file, length, offset } = this.task.slots;
    const drawn = operation[slot] ?? 0;
    const code = this.possible(drawn);
    if (code < 0) return false;
    if (code !== drawn) this.exchanged++;
    const item = this.take(code);
    operation[slot] = code;
    file[slot] = this.from + item;
    offset[slot] = 0;
    length[slot] = this.task.dataset.sizes[this.from + item] ?? 0;
    return true;
  }

  /** Handles a completion; its row is still in the slot table. */
  completed(slot: number, result: number): void {
    const { operation, file } = this.task.slots;
    const item = (file[slot] ?? 0) - this.from;
    const code = operation[slot];
    if (code !== CREATE && code !== DELETE) {
      this.readers[item] = (this.readers[item] ?? 1) - 1;
    } else if (result < 0) this.lost++;
    else if (code === CREATE) this.live.add(item);
    else this.free.add(item);
  }

  counters(): Readonly<Record<string, number>> {
    const counts = { exchanged: this.exchanged, overwritten: this.overwritten, lost: this.lost };
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  }

  /** The drawn operation, or another if it has no file; -1: none is possible. */
  private possible(drawn: number): number {
    const deletable = this.idle() >= 0;
    const creatable = this.free.size > 0 || (this.overwrites && deletable);
    if (drawn === CREATE && creatable) return CREATE;
    if (drawn === DELETE && deletable) return DELETE;
    if (drawn !== CREATE && drawn !== DELETE && this.live.size > 0) return drawn;
    if (creatable) return CREATE;
    if (deletable) return DELETE;
    return this.live.size > 0 ? this.harmless : -1;
  }

  private take(code: number): number {
    if (code === CREATE && this.free.size > 0) {
      const item = this.free.at(this.draw(this.free.size));
      this.free.remove(item);
      return item;
    }
    if (code === CREATE || code === DELETE) {
      const item = this.idle();
      this.number++;
      this.live.remove(item);
      if (code === CREATE) this.overwritten++;
      return item;
    }
    const item = this.live.at(this.draw(this.live.size));
    this.readers[item] = (this.readers[item] ?? 0) + 1;
    return item;
  }

  /** The first file without reads, from a random start; -1 if there is none. */
  private idle(): number {
    const { size } = this.live;
    if (size === 0) return -1;
    const start = this.random.below(this.number, size);
    // At most one file per slot is being read.
    const most = Math.min(size, this.task.slots.depth + 1);
    for (let i = 0; i < most; i++) {
      const item = this.live.at((start + i) % size);
      if (this.readers[item] === 0) return item;
    }
    return -1;
  }

  private draw(size: number): number {
    return this.random.below(this.number++, size);
  }
}

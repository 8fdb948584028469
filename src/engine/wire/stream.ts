import type { HeadReader } from "../../s3/http/answer-head.ts";
import { cutOff } from "../objects/body.ts";
import { lengthError } from "../objects/errors.ts";
import { SHARD_START_BYTES, WORTH_FINISHING_BYTES } from "../objects/stream.ts";
import { Lane } from "./lane.ts";
import type { LaneListener } from "./listener.ts";
import { SlotMoments } from "./moments.ts";
import type { WireSlot } from "./slot.ts";

/**
 * Reads shards from their start to their end, as one slot does: one open answer, from which a read
 * takes the next bytes; between reads nothing is read from the connection.
 */
export class WireStream extends SlotMoments implements LaneListener {
  readonly #slot: WireSlot;
  #lane: Lane | null = null;
  #file = -1;
  /** Offset in the file up to which bytes have arrived, and where the answer ends. */
  #position = 0;
  #end = 0;
  /** End of the last read: the next one starts here or later, or needs a new request. */
  #consumed = 0;
  #over = true;
  #failure: Error | null = null;
  #waiting = false;
  #seen = false;
  /** What is left of an answer is read only to keep the connection. */
  #leaving = false;

  constructor(slot: WireSlot) {
    super(slot);
    this.#slot = slot;
  }

  /** Begins the slot's read; its end is told by the slot. */
  read(): void {
    const { file, offset } = this.#slot;
    this.#waiting = true;
    this.#seen = false;
    if (file === this.#file && offset >= this.#consumed && !this.#leaving) {
      this.#check();
      if (this.#waiting && !this.#over) this.#lane?.resume();
      return;
    }
    if (this.#over) this.#begin();
    else if (this.#end - this.#position <= WORTH_FINISHING_BYTES) {
      this.#leaving = true;
      this.#lane?.resume();
    } else {
      this.#leaving = true;
      this.#lane?.fail(cutOff());
    }
  }

  close(error: Error): void {
    this.#waiting = false;
    this.#leaving = false;
    this.#lane?.cancel(error);
  }

  onAnswer(lane: Lane, head: HeadReader): void {
    if (head.contentLength >= 0) this.#end = this.#position + head.contentLength;
    const problem = this.#slot.around.tags.problem(this.#file, head.etagHash());
    if (problem !== null) lane.fail(problem);
  }

  onData(lane: Lane, _: Buffer, from: number, to: number): void {
    this.#position += to - from;
    if (this.#leaving) return;
    this.#check();
    if (!this.#waiting && this.#position < this.#end) lane.pause();
  }

  onDone(_: Lane, error: Error | null): void {
    this.#over = true;
    this.#failure = error;
    if (this.#leaving) this.#begin();
    else this.#check();
  }

  #begin(): void {
    const { file, offset, around } = this.#slot;
    this.#leaving = false;
    this.#file = file;
    // The header before a shard's first sample is read with it, so such a read asks for no range.
    const start = offset <= SHARD_START_BYTES ? 0 : offset;
    this.#position = start;
    this.#consumed = start;
    this.#end = around.task.dataset.sizes[file] ?? 0;
    this.#over = false;
    this.#failure = null;
    this.#lane ??= this.#makeLane();
    this.#lane.perform(around.requests.rest(file, start), this);
  }

  #makeLane(): Lane {
    const { wire, attempts, lanes } = this.#slot.around;
    const lane = new Lane(wire, { ...attempts, fresh: false }, lanes.length);
    lanes.push(lane);
    return lane;
  }

  /** Completes the waiting read when its bytes are there, or can no longer come. */
  #check(): void {
    if (!this.#waiting) return;
    const { offset, length, number, sink } = this.#slot;
    if (!this.#seen && this.#position > offset) {
      this.#seen = true;
      sink?.firstByte(number);
    }
    if (this.#position >= offset + length) {
      this.#waiting = false;
      this.#consumed = offset + length;
      this.#slot.finish(length);
    } else if (this.#over) {
      this.#waiting = false;
      this.#file = -1;
      const received = Math.max(0, this.#position - offset);
      this.#slot.fail(this.#failure ?? lengthError(length, received));
    }
  }
}

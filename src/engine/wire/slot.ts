import type { HeadReader } from "../../s3/http/answer-head.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { type Checksum, checksumHeader, makeChecksum } from "../../s3/signing/checksum.ts";
import type { Wire } from "../../s3/wire.ts";
import type { CompletionSink, SessionTask } from "../engine.ts";
import { ObjectContent } from "../objects/content.ts";
import { type ErrorTable, TransferError } from "../objects/errors.ts";
import type { EntityTags } from "../objects/tags.ts";
import { Lane } from "./lane.ts";
import type { Attempts, LaneListener } from "./listener.ts";
import type { WireRequests } from "./requests.ts";
import { WireStream } from "./stream.ts";
import type { WireUploads } from "./upload.ts";

/** What all slots of a session work with. */
export interface Surroundings {
  readonly task: SessionTask;
  readonly wire: Wire;
  readonly requests: WireRequests;
  readonly attempts: Attempts;
  readonly errors: ErrorTable;
  readonly tags: EntityTags;
  readonly lanes: Lane[];
  readonly counts: Record<string, number>;
  /** Once it is cancelled, only what cleans up is sent. */
  readonly state: { readonly cancelled: boolean };
}

/** Null where nobody asks for contents to be checked. */
export function contentOf({ objects, dataset }: SessionTask): ObjectContent | null {
  return objects.verify ? new ObjectContent(dataset) : null;
}

/** What the bytes of a single request count as. */
export const BYTES = { none: 0, length: 1, received: 2 } as const;
export type Bytes = (typeof BYTES)[keyof typeof BYTES];

/**
 * One place of a worker's queue depth, with its lanes: one, or several for parts of one object. An
 * operation that is a single request needs neither a promise nor a closure.
 */
export class WireSlot implements LaneListener {
  readonly number: number;
  readonly around: Surroundings;
  sink: CompletionSink | null = null;
  file = 0;
  offset = 0;
  length = 0;
  readonly #lanes: Lane[] = [];
  #bytes: Bytes = BYTES.none;
  /** What the answer says of the object's checksum, and what its bytes come to. */
  #announced: string | null = null;
  #checksum: Checksum | null = null;
  #checks = false;
  /** Holds a whole object against its dataset, where that is asked for. */
  readonly #content: ObjectContent | null;
  #verifies = false;
  #tagged = false;

  readonly uploads: WireUploads;
  readonly stream: WireStream;

  constructor(number: number, around: Surroundings, uploads: WireUploads) {
    this.number = number;
    this.around = around;
    this.uploads = uploads;
    this.#content = contentOf(around.task);
    this.stream = new WireStream(this);
  }

  /** The slot's own lane, or the i-th of those for parts. */
  lane(i = 0): Lane {
    const known = this.#lanes[i];
    if (known !== undefined) return known;
    const { wire, attempts, lanes } = this.around;
    const lane = new Lane(wire, attempts, lanes.length);
    lanes.push(lane);
    this.#lanes[i] = lane;
    return lane;
  }

  /** Performs an operation that is one request. */
  single(request: WireRequest, bytes: Bytes, tagged = true): void {
    const { objects } = this.around.task;
    this.#bytes = bytes;
    this.#tagged = tagged && this.around.tags.compares;
    this.#checks = objects.checksum !== null && request.headers === this.around.requests.checkedGet;
    this.#announced = null;
    this.#verifies = this.#content !== null && bytes === BYTES.received;
    if (this.#verifies) this.#content?.begin(this.file, 0);
    this.lane().perform(request, this);
  }

  /** Reports the operation as done; a second report of it is none. */
  finish(result: number): void {
    const sink = this.sink;
    if (sink === null) return;
    this.sink = null;
    sink.complete(this.number, result);
  }

  fail(error: unknown): void {
    this.finish(this.around.errors.record(error));
  }

  /** Ends what is in flight on all lanes. */
  cancel(error: Error): void {
    for (const lane of this.#lanes) lane.cancel(error);
  }

  /** Performs an operation that takes several requests; resolves with bytes. */
  steps(perform: Promise<number>): void {
    perform.then(
      (bytes) => this.finish(bytes),
      (error) => this.fail(error),
    );
  }

  /** The bytes that the slot's operation sends. */
  payload(): Buffer {
    const buffer = this.around.task.buffers.views[this.number];
    if (buffer === undefined || (buffer.length === 0 && this.length > 0)) {
      throw new TransferError("EINVAL", `slot ${this.number} has no payload`);
    }
    return buffer;
  }

  onConnecting(lane: Lane): void {
    this.sink?.connecting(this.number, lane.number);
  }

  onConnected(lane: Lane): void {
    this.sink?.connected(this.number, lane.number);
  }

  onSecured(lane: Lane): void {
    this.sink?.secured(this.number, lane.number);
  }

  onSent(lane: Lane): void {
    this.sink?.sent(this.number, lane.number);
  }

  onAnswer(lane: Lane, head: HeadReader): void {
    this.sink?.answered(this.number, lane.number);
    if (this.#tagged) {
      const problem = this.around.tags.problem(this.file, head.etagHash());
      if (problem !== null) {
        lane.fail(problem);
        return;
      }
    }
    if (!this.#checks) return;
    const { checksum } = this.around.task.objects;
    if (checksum === null) return;
    const announced = head.header(checksumHeader(checksum));
    // That of an object in parts is one of its parts' checksums, and says so.
    this.#announced = announced === null || announced.includes("-") ? null : announced;
    this.#checksum = this.#announced === null ? null : makeChecksum(checksum);
  }

  onData(lane: Lane, buffer: Buffer, from: number, to: number): void {
    if (lane.received === to - from) this.sink?.firstByte(this.number);
    if (this.#checksum !== null) this.#checksum.update(buffer.subarray(from, to));
    if (!this.#verifies) return;
    const problem = this.#content?.check(buffer, from, to) ?? null;
    if (problem !== null) lane.fail(problem);
  }

  onAttempt(): number {
    return this.sink?.attemptBegan(this.number) ?? 0;
  }

  onAttemptEnd(mark: number, throttled: boolean): void {
    this.sink?.attemptEnded(this.number, mark, throttled);
  }

  onDone(lane: Lane, error: Error | null): void {
    const problem = error ?? this.#wrongChecksum();
    this.#checksum = null;
    if (problem !== null) this.fail(problem);
    else if (this.#bytes === BYTES.received) this.finish(lane.received);
    else this.finish(this.#bytes === BYTES.length ? this.length : 0);
  }

  #wrongChecksum(): Error | null {
    if (!this.#checks) return null;
    const { counts } = this.around;
    if (this.#checksum === null) {
      counts.checksumsMissing = (counts.checksumsMissing ?? 0) + 1;
      return null;
    }
    const found = this.#checksum.digest();
    if (found === this.#announced) return null;
    const message = `the bytes come to the checksum ${found}, the store says ${this.#announced}`;
    return new TransferError("ECHECKSUM", message);
  }
}

import type { HeadReader } from "../../s3/http/head.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { type Checksum, checksumHeader, makeChecksum } from "../../s3/signing/checksum.ts";
import { contentOf, type ObjectContent } from "../objects/content.ts";
import { TransferError } from "../objects/errors.ts";
import type { RequestListener, WireConnection } from "./connection.ts";
import type { WireSlot } from "./slot.ts";

/** Meaning of the bytes of a single request. */
export const BYTES = { none: 0, length: 1, received: 2 } as const;
type Bytes = (typeof BYTES)[keyof typeof BYTES];

/** Performs operations with a single request, without promises or closures. */
export class SingleRequest implements RequestListener {
  private readonly slot: WireSlot;
  private bytes: Bytes = BYTES.none;
  /** The object's checksum in the response head, and the computed one. */
  private announced: string | null = null;
  private checksum: Checksum | null = null;
  private checks = false;
  /** Compares a whole object with its dataset; null if the phase does not verify contents. */
  private readonly content: ObjectContent | null;
  private verifies = false;
  private tagged = false;

  constructor(slot: WireSlot) {
    this.slot = slot;
    this.content = contentOf(slot.context.task);
  }

  /** Sends the request of the slot's operation. `tagged`: compare its entity tag. */
  perform(request: WireRequest, bytes: Bytes, tagged = true): void {
    const { task, tags, requests } = this.slot.context;
    this.bytes = bytes;
    this.tagged = tagged && tags.compares;
    this.checks = task.objects.checksum !== null && request.headers === requests.checkedGet;
    this.announced = null;
    this.verifies = this.content !== null && bytes === BYTES.received;
    if (this.verifies) this.content?.begin(this.slot.file, 0);
    this.slot.connection().perform(request, this);
  }

  onHead(connection: WireConnection, head: HeadReader): void {
    const { task, tags } = this.slot.context;
    if (this.tagged) {
      const problem = tags.problem(this.slot.file, head.etagHash());
      if (problem !== null) {
        connection.fail(problem);
        return;
      }
    }
    if (!this.checks) return;
    const { checksum } = task.objects;
    if (checksum === null) return;
    const announced = head.header(checksumHeader(checksum));
    // The checksum of a multipart object covers its parts' checksums and has a suffix.
    this.announced = announced === null || announced.includes("-") ? null : announced;
    this.checksum = this.announced === null ? null : makeChecksum(checksum);
  }

  onData(connection: WireConnection, buffer: Buffer, from: number, to: number): void {
    const { slot } = this;
    if (connection.received === to - from) slot.sink?.firstByte(slot.number);
    if (this.checksum !== null) this.checksum.update(buffer.subarray(from, to));
    if (!this.verifies) return;
    const problem = this.content?.check(buffer, from, to) ?? null;
    if (problem !== null) connection.fail(problem);
  }

  onDone(connection: WireConnection, error: Error | null): void {
    const { slot } = this;
    const problem = error ?? this.wrongChecksum();
    this.checksum = null;
    if (problem !== null) slot.fail(problem);
    else if (this.bytes === BYTES.received) slot.finish(connection.received);
    else slot.finish(this.bytes === BYTES.length ? slot.length : 0);
  }

  private wrongChecksum(): Error | null {
    if (!this.checks) return null;
    if (this.checksum === null) {
      this.slot.count("checksumsMissing");
      return null;
    }
    const found = this.checksum.digest();
    if (found === this.announced) return null;
    const message = `checksum mismatch: expected ${this.announced} (response header), got ${found}`;
    return new TransferError("ECHECKSUM", message);
  }
}

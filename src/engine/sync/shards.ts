import { SHORT } from "../local/errno.ts";
import type { BlockIo } from "./block-io.ts";
import type { FileCalls } from "./file-calls.ts";

/** Reads samples of tar shards from start to end, one shard after the other. */
export class ShardStream {
  private readonly io: BlockIo;
  private readonly files: FileCalls;
  private file = -1;
  private fd = -1;
  /** Read bytes of the shard, and the end of the last requested sample. */
  private readBytes = 0;
  private askedTo = 0;

  constructor(io: BlockIo, files: FileCalls) {
    this.io = io;
    this.files = files;
  }

  /**
   * Continues after the last sample of this shard, block by block, up to `end`.
   */
  read(slot: number, file: number, end: number, length: number): number {
    // A sample before the last one starts another pass over the shard.
    if (file !== this.file || end - length < this.askedTo) {
      this.close();
      const fd = this.files.openToRead(file, false);
      if (fd < 0) return fd;
      this.fd = fd;
      this.file = file;
    }
    this.askedTo = end;
    while (this.readBytes < end) {
      const bytes = this.io.readBlock(this.fd, slot, this.readBytes);
      if (bytes <= 0) return bytes === 0 ? -SHORT : bytes;
      this.readBytes += bytes;
    }
    return length;
  }

  close(): void {
    if (this.fd >= 0) this.files.close(this.fd);
    this.fd = -1;
    this.file = -1;
    this.readBytes = 0;
    this.askedTo = 0;
  }
}

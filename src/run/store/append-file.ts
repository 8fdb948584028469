import { closeSync, fdatasyncSync, ftruncateSync, readSync } from "node:fs";
import { makeOwnFile, type OwnFile, writeWhole } from "./own-file.ts";

const COPY_BYTES = 65_536;

/** File that grows by whole texts. A text that cannot be written completely is removed again. */
export class AppendFile {
  readonly name: string;
  private file: OwnFile;
  private lengthBytes = 0;

  /** Creates the file, which must not exist. */
  constructor(name: string, path: string) {
    this.name = name;
    this.file = makeOwnFile(path);
  }

  /** Identity of the file, see {@link OwnFile}. */
  get identity(): string {
    return this.file.identity;
  }

  /** Length of all texts. */
  get bytes(): number {
    return this.lengthBytes;
  }

  append(text: string): void {
    const data = Buffer.from(text);
    try {
      writeWhole(this.file.fd, data, this.lengthBytes);
    } catch (error) {
      this.truncate();
      throw error;
    }
    this.lengthBytes += data.length;
  }

  /** Waits until the storage has what was appended. */
  sync(): void {
    fdatasyncSync(this.file.fd);
  }

  /** Continues in a copy at another path, even if the file itself was removed. */
  moveTo(path: string): void {
    const copy = makeOwnFile(path);
    const buffer = Buffer.alloc(COPY_BYTES);
    try {
      for (let at = 0; at < this.lengthBytes; ) {
        const read = readSync(this.file.fd, buffer, 0, COPY_BYTES, at);
        if (read === 0) break;
        writeWhole(copy.fd, buffer.subarray(0, read), at);
        at += read;
      }
    } catch (error) {
      closeSync(copy.fd);
      throw error;
    }
    closeSync(this.file.fd);
    this.file = copy;
  }

  close(): void {
    closeSync(this.file.fd);
  }

  private truncate(): void {
    try {
      ftruncateSync(this.file.fd, this.lengthBytes);
    } catch {
      // The write error is reported instead.
    }
  }
}

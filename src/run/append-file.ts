import { closeSync, ftruncateSync, openSync, readSync } from "node:fs";
import { writeWhole } from "./reserve.ts";

const COPY_BYTES = 65_536;

/** A file that grows by whole texts: one that cannot be written whole leaves no part behind. */
export class AppendFile {
  readonly name: string;
  private fd: number;
  private lengthBytes = 0;

  /** Makes the file; it must not be there. */
  constructor(name: string, path: string) {
    this.name = name;
    this.fd = openSync(path, "wx+");
  }

  append(text: string): void {
    const data = Buffer.from(text);
    try {
      writeWhole(this.fd, data, this.lengthBytes);
    } catch (error) {
      this.truncate();
      throw error;
    }
    this.lengthBytes += data.length;
  }

  /** Goes on in a copy at another path, also where the file itself was removed. */
  moveTo(path: string): void {
    const fd = openSync(path, "wx+");
    const buffer = Buffer.alloc(COPY_BYTES);
    try {
      for (let at = 0; at < this.lengthBytes; ) {
        const read = readSync(this.fd, buffer, 0, COPY_BYTES, at);
        if (read === 0) break;
        writeWhole(fd, buffer.subarray(0, read), at);
        at += read;
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(this.fd);
    this.fd = fd;
  }

  close(): void {
    closeSync(this.fd);
  }

  private truncate(): void {
    try {
      ftruncateSync(this.fd, this.lengthBytes);
    } catch {
      // Why it could not be written is the better thing to say.
    }
  }
}

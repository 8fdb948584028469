import { closeSync, ftruncateSync, readSync } from "node:fs";
import { makeOwnFile, type OwnFile, writeWhole } from "./own-file.ts";

const COPY_BYTES = 65_536;

/** A file that grows by whole texts: one that cannot be written whole leaves no part behind. */
export class AppendFile {
  readonly name: string;
  private file: OwnFile;
  private lengthBytes = 0;

  /** Makes the file; it must not be there. */
  constructor(name: string, path: string) {
    this.name = name;
    this.file = makeOwnFile(path);
  }

  /** Which file it is, see OwnFile. */
  get identity(): string {
    return this.file.identity;
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

  /** Goes on in a copy at another path, also where the file itself was removed. */
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
      // Why it could not be written is the better thing to say.
    }
  }
}

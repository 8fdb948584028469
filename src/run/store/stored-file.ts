import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";

/**
 * Reads a text file of a stored run; null if it does not exist. Never blocks: anything but a
 * regular file of at most `maxBytes`, such as a pipe, is rejected.
 *
 * @throws UsageError for a rejected file, PreflightError if the file cannot be read.
 */
export function readStoredText(path: string, maxBytes: number): string | null {
  return withStoredFile(path, maxBytes, (fd) => guarded(path, () => readFileSync(fd, "utf8")));
}

/** Maximum length of a line; a histogram with all its cells counted is a fifth of it. */
const MAX_LINE_BYTES = 4_000_000;
const CHUNK_BYTES = 262_144;

/**
 * Calls `visit` with each whole line of a text file and its number, from 1, in constant memory.
 * Text after the last line break is left out: a crash cut that line off. Returns whether the file
 * exists; rejects files as {@link readStoredText} does.
 *
 * @throws UsageError for a line that is too long, too.
 */
export function eachStoredLine(
  path: string,
  maxBytes: number,
  visit: (line: string, number: number) => void,
): boolean {
  const found = withStoredFile(path, maxBytes, (fd) => {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    let number = 0;
    for (;;) {
      const length = guarded(path, () => readSync(fd, chunk, 0, CHUNK_BYTES, null));
      if (length === 0) return true;
      const bytes = Buffer.concat([rest, chunk.subarray(0, length)]);
      const end = bytes.lastIndexOf(LINE_BREAK);
      rest = Buffer.from(bytes.subarray(end + 1));
      if (rest.length > MAX_LINE_BYTES) {
        throw new UsageError(
          `${path}:${number + 1}: expected a line of at most ` +
            `${MAX_LINE_BYTES.toLocaleString("en-US")} bytes, got a longer one; ${DAMAGED}`,
        );
      }
      if (end < 0) continue;
      for (const line of bytes.toString("utf8", 0, end).split("\n")) visit(line, ++number);
    }
  });
  return found ?? false;
}

const LINE_BREAK = 0x0a;

/** Ending of the sentence about an invalid row or line of the time series. */
export const DAMAGED =
  "the file was changed or damaged: restore it, or remove it to do without intervals";

function withStoredFile<Result>(
  path: string,
  maxBytes: number,
  read: (fd: number) => Result,
): Result | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (code === "ENXIO") throw new UsageError(`${path}: expected a regular file, got a socket`);
    throw unreadable(path, error);
  }
  try {
    const found = guarded(path, () => fstatSync(fd));
    if (!found.isFile()) {
      const what = found.isDirectory() ? "a directory" : "a pipe or device";
      throw new UsageError(`${path}: expected a regular file, got ${what}`);
    }
    if (found.size > maxBytes) {
      const limit = `at most ${maxBytes.toLocaleString("en-US")} bytes`;
      throw new UsageError(
        `${path}: expected ${limit}, got ${found.size.toLocaleString("en-US")}; assay writes no ` +
          "file of this size",
      );
    }
    return read(fd);
  } finally {
    closeSync(fd);
  }
}

function guarded<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): PreflightError {
  return new PreflightError(`cannot read ${path}: ${messageOf(error)}`);
}

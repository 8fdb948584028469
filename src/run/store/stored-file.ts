import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";

/**
 * Reads a text file of a stored run; null if it does not exist. Never blocks: anything but a
 * regular file of at most `maxBytes`, such as a pipe, is rejected.
 *
 * @throws UsageError for a rejected file, PreflightError if the file cannot be read.
 */
export function readStoredText(path: string, maxBytes: number): string | null {
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
    const found = fstatSync(fd);
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
    return readFileSync(fd, "utf8");
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(path, error);
  } finally {
    closeSync(fd);
  }
}

function unreadable(path: string, error: unknown): PreflightError {
  return new PreflightError(`cannot read ${path}: ${messageOf(error)}`);
}

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";

/**
 * The text of a file of a stored run; null where there is none. Never waits: what is no regular
 * file, such as a pipe, is refused, and so is more than `maxBytes`.
 *
 * @throws UsageError for what is no such file, PreflightError where the storage cannot read it.
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
        `${path}: expected ${limit}, got ${found.size.toLocaleString("en-US")}: assay writes no ` +
          "such file",
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
  return new PreflightError(`${path}: cannot be read: ${messageOf(error)}`);
}

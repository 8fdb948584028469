import fs from "node:fs";
import { join } from "node:path";
import { fileName } from "../model/dataset.ts";
import { codeOf, PreflightError } from "../model/errors.ts";
import type { SessionTask } from "./engine.ts";

/**
 * Opens every file of a dataset, so that no operation pays for it; none stays open when one cannot
 * be opened. Throws what `open` throws.
 */
export function openFiles(task: SessionTask, root: string): Int32Array {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_DIRECT, O_DSYNC } = fs.constants;
  const writing = O_RDWR | (task.dsync ? O_DSYNC : 0);
  const access = task.operations.includes("write") ? writing : O_RDONLY;
  const flags = access | O_NOFOLLOW | (task.direct ? O_DIRECT : 0);
  const files = new Int32Array(task.dataset.count).fill(-1);
  try {
    for (let i = 0; i < files.length; i++) {
      files[i] = fs.openSync(join(root, fileName(task.dataset, i)), flags);
    }
  } catch (error) {
    closeFiles(files);
    throw codeOf(error) === "EMFILE" ? tooMany(files.length) : error;
  }
  return files;
}

function tooMany(count: number): PreflightError {
  return new PreflightError(
    `too many open files (EMFILE): every thread keeps all ${count} files of the dataset open; ` +
      "raise `ulimit -n`, or use fewer files or threads",
  );
}

/** Closes what {@link openFiles} opened; a second call does nothing. */
export function closeFiles(files: Int32Array): void {
  for (let i = 0; i < files.length; i++) {
    const fd = files[i] ?? -1;
    if (fd >= 0) fs.closeSync(fd);
    files[i] = -1;
  }
}

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Directory in memory; if absent, small files stay in the page cache elsewhere. */
const IN_MEMORY = "/dev/shm";

/** Makes an empty directory in memory, if the host has one, whose name begins as given. */
export function makeScratchFolder(prefix: string): string {
  try {
    return mkdtempSync(join(IN_MEMORY, prefix));
  } catch {
    return mkdtempSync(join(tmpdir(), prefix));
  }
}

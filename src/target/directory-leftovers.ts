import { isLive } from "./directory-claim.ts";
import { findFolders } from "./directory-folder.ts";
import { openRoot } from "./directory-root.ts";
import type { Leftover } from "./index.ts";
import { leftoverOf, oldestFirst } from "./leftover.ts";

/** The folders of runs in a target directory, oldest first. */
export async function findInDirectory(
  path: string,
  use: "look" | "write",
): Promise<readonly Leftover[]> {
  const root = openRoot(path, use);
  try {
    const now = Date.now();
    return oldestFirst(
      findFolders(root).map((found) => leftoverOf(found, found.folder, isLive(found, now))),
    );
  } finally {
    root.close();
  }
}

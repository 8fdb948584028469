import { isLive } from "./directory-claim.ts";
import { findFolders, openRoot } from "./directory-folder.ts";
import type { Leftover } from "./index.ts";
import { leftoverOf, oldestFirst } from "./leftover.ts";

/** The folders of runs in a target directory, oldest first. */
export async function findInDirectory(
  path: string,
  use: "look" | "write",
): Promise<readonly Leftover[]> {
  const folders = findFolders(openRoot(path, use));
  return oldestFirst(
    folders.map((found) => leftoverOf(found, found.folder, isLive(found, Date.now()))),
  );
}

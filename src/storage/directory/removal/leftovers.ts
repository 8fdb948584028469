import type { Leftover } from "../../index.ts";
import { leftoverOf, oldestFirst } from "../../ownership/leftover.ts";
import { isLive } from "../claim.ts";
import { findFolders } from "../folder.ts";
import { openRoot } from "../root.ts";

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

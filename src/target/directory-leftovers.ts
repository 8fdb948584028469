import { isLive } from "./directory-claim.ts";
import { findFolders, openRoot } from "./directory-folder.ts";
import type { Leftover } from "./index.ts";
import { layOut } from "./layout.ts";

/** The folders of runs in a target directory, oldest first. */
export async function findInDirectory(path: string): Promise<readonly Leftover[]> {
  const root = openRoot(path);
  return findFolders(root)
    .map((found): Leftover => {
      const { manifest } = found;
      return {
        runId: found.runId,
        where: found.folder,
        startedAt: manifest?.startedAt ?? null,
        host: manifest?.holder?.host ?? null,
        live: isLive(found, Date.now()),
        kept: manifest?.kept ?? false,
        listedBytes: (manifest?.datasets ?? []).reduce(
          (bytes, { plan, folder }) => bytes + layOut(plan, folder).totalBytes,
          0,
        ),
        problem: found.problem,
      };
    })
    .sort((a, b) => (a.startedAt ?? "").localeCompare(b.startedAt ?? ""));
}

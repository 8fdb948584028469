import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Mount } from "../../model/run/environment.ts";
import { readText, type SystemRoots } from "./roots.ts";

/** A line of mountinfo. */
export interface MountLine extends Mount {
  /** Directory of the file system that the mount shows. */
  readonly root: string;
}

/** Parses `/proc/self/mountinfo` (proc(5)), in the kernel's order. */
export function parseMountinfo(text: string): readonly MountLine[] {
  return text.split("\n").flatMap((line) => {
    // A single hyphen ends the optional fields; names are escaped, so they contain no space.
    const separator = line.indexOf(" - ");
    if (separator < 0) return [];
    const [, , deviceNumber, root, mountPoint, options] = line.slice(0, separator).split(" ");
    const [type, source, superOptions] = line.slice(separator + 3).split(" ");
    if (deviceNumber === undefined || root === undefined) return [];
    // Callers walk up from a mount point to `/`, so a relative one is skipped.
    if (mountPoint?.startsWith("/") !== true) return [];
    const all = [...(options ?? "").split(","), ...(superOptions ?? "").split(",")];
    return [
      {
        mountPoint: unescapeName(mountPoint),
        source: unescapeName(source ?? ""),
        type: type ?? "",
        options: [...new Set(all.filter((option) => option !== ""))],
        deviceNumber,
        root: unescapeName(root),
      },
    ];
  });
}

/** Unescapes space, tab, newline and backslash, which mountinfo writes as `\040` and so on. */
export function unescapeName(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Mount of a real path: the longest mount point above it; the last one if several are equal. */
export function mountOf(path: string, mounts: readonly MountLine[]): Mount | null {
  let best: MountLine | null = null;
  for (const mount of mounts) {
    const inside =
      path === mount.mountPoint ||
      path.startsWith(mount.mountPoint === "/" ? "/" : `${mount.mountPoint}/`);
    if (inside && mount.mountPoint.length >= (best?.mountPoint.length ?? 0)) best = mount;
  }
  if (best === null) return null;
  const { root: _, ...mount } = best;
  return mount;
}

/** Mounts of this process; empty without `/proc`. */
export function readMounts(roots: Pick<SystemRoots, "proc">): readonly MountLine[] {
  return parseMountinfo(readText(`${roots.proc}/self/mountinfo`) ?? "");
}

/** Real path of a path, or of its nearest existing parent. */
export function existingPath(path: string): string {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      return realpathSync(at);
    } catch {
      if (at === dirname(at)) return at;
    }
  }
}

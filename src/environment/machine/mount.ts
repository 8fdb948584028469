import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Mount } from "../../model/run/environment.ts";
import { readText, type SystemRoots } from "./roots.ts";

/** A line of mountinfo: the mount, and which part of its file system it shows. */
export interface MountLine extends Mount {
  readonly root: string;
}

/** Parses `/proc/self/mountinfo` (proc(5)), in the order the kernel lists it. */
export function parseMountinfo(text: string): readonly MountLine[] {
  return text.split("\n").flatMap((line) => {
    // Optional fields end with a lone hyphen; names are escaped, so no name holds a space.
    const separator = line.indexOf(" - ");
    if (separator < 0) return [];
    const [, , deviceNumber, root, mountPoint, options] = line.slice(0, separator).split(" ");
    const [type, source, superOptions] = line.slice(separator + 3).split(" ");
    if (deviceNumber === undefined || root === undefined) return [];
    // Whoever walks up from a mount point ends at the root of all: any other text has none.
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

/** Space, tab, newline and backslash are written as `\040` and so on. */
export function unescapeName(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The mount a real path lies on: the longest mount point above it, of equal ones the last. */
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

/** The mounts this process sees; empty where there is no `/proc`. */
export function readMounts(roots: Pick<SystemRoots, "proc">): readonly MountLine[] {
  return parseMountinfo(readText(`${roots.proc}/self/mountinfo`) ?? "");
}

/** The real path of a path, or of its nearest parent that exists. */
export function existingPath(path: string): string {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      return realpathSync(at);
    } catch {
      if (at === dirname(at)) return at;
    }
  }
}

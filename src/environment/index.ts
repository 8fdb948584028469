/**
 * Describes the host and the storage below a target, before anything is measured. Values that the
 * host does not show are null; nothing is guessed. `machine/` reads the kernel's files, `backing/`
 * finds what a mount or a device is, and `aws/` asks the APIs of AWS; `knowledge.ts` puts all three
 * together for a target. Nothing here reads or writes the target's data.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "../model/run/environment.ts";
import { readCgroup } from "./machine/cgroup.ts";
import { describeDevice, describeDisk, deviceNumberAt } from "./machine/device.ts";
import { describeMachine } from "./machine/machine.ts";
import { existingPath, mountOf, readMounts } from "./machine/mount.ts";
import { readText, SYSTEM_ROOTS, type SystemRoots } from "./machine/roots.ts";

/** Packages that issue or measure operations: another version may give another number. */
const PACKAGES = [
  "@aws-sdk/client-s3",
  "@aws-sdk/lib-storage",
  "@smithy/node-http-handler",
  "hdr-histogram-js",
  "koffi",
  "piscina",
];

/**
 * What machine this is and, for a target that is a path, what storage the path lies on or is. What
 * cannot be read here is null; nothing is guessed.
 */
export async function describeEnvironment(
  path: string | null,
  roots: SystemRoots = SYSTEM_ROOTS,
): Promise<Environment> {
  // A device is itself the storage; what `/dev` is mounted from says nothing of it.
  const number = path === null ? null : deviceNumberAt(path);
  const mount =
    path === null || number !== null ? null : mountOf(existingPath(path), readMounts(roots));
  const device = number === null ? null : describeDisk(number, roots);
  return {
    ...describeMachine(roots),
    cgroup: readCgroup(roots),
    nodeVersion: process.version,
    packages: packageVersions(),
    mount,
    device: mount === null ? device : describeDevice(mount, roots),
  };
}

/** Installed versions of those packages by name; one that is not installed is left out. */
function packageVersions(): Readonly<Record<string, string>> {
  const from = dirname(fileURLToPath(import.meta.url));
  const versions = PACKAGES.map((name) => [name, versionOf(name, from)] as const);
  return Object.fromEntries(
    versions.filter((entry): entry is readonly [string, string] => entry[1] !== null),
  );
}

/** Looks through the `node_modules` of a folder and its parents, as Node does. */
function versionOf(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const text = readText(join(folder, "node_modules", name, "package.json"));
    if (text !== null) return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? null;
    if (folder === dirname(folder)) return null;
  }
}

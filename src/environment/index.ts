/**
 * Describes the host and the storage behind a target before a run. Values that the host does not
 * show are null; nothing is guessed. `machine/` reads kernel files, `backing/` identifies mounts
 * and devices, and `aws/` calls AWS APIs; `knowledge.ts` combines all three for a target. Nothing
 * here reads or writes the target's data.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "../model/run/environment.ts";
import { readCgroup } from "./machine/cgroup.ts";
import { describeDevice, describeDisk, deviceNumberAt } from "./machine/device.ts";
import { describeMachine } from "./machine/machine.ts";
import { existingPath, mountOf, readMounts } from "./machine/mount.ts";
import { readText, SYSTEM_ROOTS, type SystemRoots } from "./machine/roots.ts";

/** Packages that issue or measure operations, so that their versions can affect results. */
const PACKAGES = [
  "@aws-sdk/client-s3",
  "@aws-sdk/lib-storage",
  "@smithy/node-http-handler",
  "hdr-histogram-js",
  "koffi",
  "piscina",
];

/** Versions of the packages in the bundle by name; the build defines it, the sources have none. */
declare const BUNDLED_VERSIONS: Readonly<Record<string, string>> | undefined;

/**
 * Describes the host and, if the target is a path, its mount or device. Values that cannot be read
 * are null; nothing is guessed.
 */
export async function describeEnvironment(
  path: string | null,
  roots: SystemRoots = SYSTEM_ROOTS,
): Promise<Environment> {
  // A device is the storage itself; the mount of `/dev` is irrelevant.
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

/**
 * Versions of `PACKAGES` by name, without packages that are not installed. Of a bundled package
 * another version may be installed, which is not executed.
 */
function packageVersions(): Readonly<Record<string, string>> {
  const from = dirname(fileURLToPath(import.meta.url));
  const bundled = typeof BUNDLED_VERSIONS === "undefined" ? {} : BUNDLED_VERSIONS;
  const versions = PACKAGES.map((name) => [name, bundled[name] ?? versionOf(name, from)] as const);
  return Object.fromEntries(
    versions.filter((entry): entry is readonly [string, string] => entry[1] !== null),
  );
}

/** Version of a package in the `node_modules` of a directory or its parents; null if missing. */
function versionOf(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const text = readText(join(folder, "node_modules", name, "package.json"));
    if (text !== null) return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? null;
    if (folder === dirname(folder)) return null;
  }
}

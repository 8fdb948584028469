import { realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { deviceNumberOf } from "../../model/device-number.ts";
import {
  type DeviceNode,
  type DeviceRoots,
  folderOf,
  isPartition,
  listKernel,
  nameOf,
  partitionsOf,
  readKernel,
} from "./node.ts";

/**
 * Who uses a device, a sentence each: mounts and swap areas on it, on a partition of it or on the
 * disk it is a part of, devices built on any of them, and the root file system on the same disk.
 */
export function usesOf(device: DeviceNode, roots: DeviceRoots): readonly string[] {
  const partitions = partitionsOf(device.folder);
  const family = new Set([device.folder, device.disk, ...partitions]);
  const on = (folder: string) => (folder === device.folder ? "it" : nameOf(folder));
  const uses: string[] = [];
  const root = rootDisks(roots);
  if (root.disks.has(device.disk)) uses.push(root.reason);
  for (const mount of mounts(roots)) {
    const folder = mount.folders.find((one) => family.has(one));
    if (folder !== undefined) uses.push(`${on(folder)} is mounted on ${mount.point}`);
  }
  for (const { path, folder } of swaps(roots)) {
    if (family.has(folder)) uses.push(`${on(folder)} is used as swap (${path})`);
  }
  for (const folder of family) {
    for (const holder of listKernel(join(folder, "holders"))) {
      const name = readKernel(join(folder, "holders", holder, "dm", "name"));
      const called = name === null ? holder : `${holder} (${name})`;
      uses.push(`the device ${called} is built on ${on(folder)}`);
    }
  }
  if (partitions.length > 0) {
    uses.push(`it has partitions: ${partitions.map(nameOf).join(", ")}`);
  }
  return uses;
}

interface MountedOn {
  readonly point: string;
  /** Devices it is on: by its number, and by its source where that is another (btrfs). */
  readonly folders: readonly string[];
}

/** `/proc/self/mountinfo` (proc(5)): number, root, mount point, … - type, source, options. */
function mounts(roots: DeviceRoots): readonly MountedOn[] {
  return (readKernel(`${roots.proc}/self/mountinfo`) ?? "").split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , number, , point] = before.split(" ");
    const source = after.split(" ")[1];
    if (number === undefined || point === undefined) return [];
    const numbers = [number, source?.startsWith("/dev/") ? numberAt(plain(source)) : null];
    const folders = numbers.flatMap((one) => (one === null ? [] : (folderOf(one, roots) ?? [])));
    return [{ point: plain(point), folders }];
  });
}

function swaps(roots: DeviceRoots): readonly { readonly path: string; readonly folder: string }[] {
  const lines = (readKernel(`${roots.proc}/swaps`) ?? "").split("\n").slice(1);
  return lines.flatMap((line) => {
    const path = plain(line.split(/\s/)[0] ?? "");
    const number = numberAt(path);
    const folder = number === null ? null : folderOf(number, roots);
    return folder === null ? [] : [{ path, folder }];
  });
}

/** Folders of the disks that hold `/`, through volume managers and arrays down to the last one. */
function rootDisks(roots: DeviceRoots): {
  readonly disks: ReadonlySet<string>;
  readonly reason: string;
} {
  const disks = new Set<string>();
  const visit = (folder: string): void => {
    const disk = isPartition(folder) ? dirname(folder) : folder;
    if (disks.has(disk)) return;
    disks.add(disk);
    for (const below of listKernel(join(disk, "slaves"))) {
      const real = realOrNull(join(disk, "slaves", below));
      if (real !== null) visit(real);
    }
  };
  const all = mounts(roots);
  const root = all.filter(({ point, folders }) => point === "/" && folders.length > 0);
  // In a container `/` is on no device of its own: any disk of the machine's may be the one.
  for (const { folders } of root.length > 0 ? root : all) folders.forEach(visit);
  const reason =
    root.length > 0
      ? "the root file system is on this disk"
      : "something is mounted from this disk, which may hold the machine's root file system";
  return { disks, reason };
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Space, tab, newline and backslash are written as `\040` and so on. */
function plain(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Number of the block device at a path, null where there is none. */
function numberAt(path: string): string | null {
  const found = path === "" ? undefined : statOrNull(path);
  return found?.isBlockDevice() ? deviceNumberOf(found.rdev) : null;
}

function statOrNull(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

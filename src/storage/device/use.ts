import { join } from "node:path";
import { deviceNumberAt, diskOf, realOr } from "../../environment/machine/device.ts";
import { readMounts, unescapeName } from "../../environment/machine/mount.ts";
import { listFolder, readText } from "../../environment/machine/roots.ts";
import { type DeviceNode, type DeviceRoots, folderOf, nameOf, partitionsOf } from "./node.ts";

/**
 * Lists the uses of a device, one clause each: mounts and swap areas on it, on its partitions or on
 * its disk, devices built on any of them, and the root file system on the same disk.
 */
export function deviceUses(device: DeviceNode, roots: DeviceRoots): readonly string[] {
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
    for (const holder of listFolder(join(folder, "holders"))) {
      const name = readText(join(folder, "holders", holder, "dm", "name"));
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
  /** Directories in sysfs of its devices, by number and by source, which differ for btrfs. */
  readonly folders: readonly string[];
}

function mounts(roots: DeviceRoots): readonly MountedOn[] {
  return readMounts(roots).map(({ mountPoint: point, deviceNumber, source }) => {
    const numbers = [deviceNumber, source.startsWith("/dev/") ? deviceNumberAt(source) : null];
    const folders = numbers.flatMap((one) => (one === null ? [] : (folderOf(one, roots) ?? [])));
    return { point, folders };
  });
}

function swaps(roots: DeviceRoots): readonly { readonly path: string; readonly folder: string }[] {
  const lines = (readText(`${roots.proc}/swaps`) ?? "").split("\n").slice(1);
  return lines.flatMap((line) => {
    const path = unescapeName(line.split(/\s/)[0] ?? "");
    const number = deviceNumberAt(path);
    const folder = number === null ? null : folderOf(number, roots);
    return folder === null ? [] : [{ path, folder }];
  });
}

/** Disks that hold `/`, resolved through volume managers and arrays. */
function rootDisks(roots: DeviceRoots): {
  readonly disks: ReadonlySet<string>;
  readonly reason: string;
} {
  const disks = new Set<string>();
  const visit = (folder: string): void => {
    const disk = diskOf(folder);
    if (disks.has(disk)) return;
    disks.add(disk);
    for (const below of listFolder(join(disk, "slaves"))) {
      visit(realOr(join(disk, "slaves", below)));
    }
  };
  const all = mounts(roots);
  const root = all.filter(({ point, folders }) => point === "/" && folders.length > 0);
  // In a container, `/` has no block device: any mounted disk may hold the host's root.
  for (const { folders } of root.length > 0 ? root : all) folders.forEach(visit);
  const reason =
    root.length > 0
      ? "the root file system is on this disk"
      : "a file system on this disk is mounted; it may be the host's root file system";
  return { disks, reason };
}

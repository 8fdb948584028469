import { join } from "node:path";
import { deviceNumberAt, diskOf, realOr } from "../../environment/machine/device.ts";
import { readMounts, unescapeName } from "../../environment/machine/mount.ts";
import { listFolder, readText } from "../../environment/machine/roots.ts";
import { type DeviceNode, type DeviceRoots, folderOf, nameOf, partitionsOf } from "./node.ts";

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
  /** Devices it is on: by its number, and by its source where that is another (btrfs). */
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

/** Folders of the disks that hold `/`, through volume managers and arrays down to the last one. */
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
  // In a container `/` is on no device of its own: any disk of the machine's may be the one.
  for (const { folders } of root.length > 0 ? root : all) folders.forEach(visit);
  const reason =
    root.length > 0
      ? "the root file system is on this disk"
      : "something is mounted from this disk, which may hold the machine's root file system";
  return { disks, reason };
}

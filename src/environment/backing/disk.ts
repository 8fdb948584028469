import { basename } from "node:path";
import type { Backing } from "../../model/target/backing.ts";
import { diskOf, realOr } from "../machine/device.ts";
import { otherMaker } from "../machine/machine.ts";
import { listFolder, readText, type SystemRoots } from "../machine/roots.ts";

/** Models of NVMe disks on EC2 (identify-nvme-ebs-device.html of the EBS user guide). */
const EBS_MODEL = "Amazon Elastic Block Store";
const INSTANCE_STORE_MODEL = "Amazon EC2 NVMe Instance Storage";
/** More layers of device mappers than anybody stacks. */
const DEEPEST = 8;

/** What a block device (`major:minor`, a partition's too) is, down to the disks it is made of. */
export function diskBacking(number: string, roots: SystemRoots): Backing {
  const node = realOr(`${roots.sys}/dev/block/${number}`);
  return backingOf(diskOf(node), roots, 0);
}

function backingOf(disk: string, roots: SystemRoots, depth: number): Backing {
  const name = basename(disk);
  const below = depth < DEEPEST ? listFolder(`${disk}/slaves`) : [];
  if (below.length > 0) {
    const members = below.map((one) => {
      const node = realOr(`${disk}/slaves/${one}`);
      return backingOf(diskOf(node), roots, depth + 1);
    });
    return stacked(disk, members);
  }
  const model = readText(`${disk}/device/model`);
  const serial = readText(`${disk}/device/serial`) ?? readText(`${disk}/serial`);
  if (model === EBS_MODEL) return single("ebs", volumeId(serial), `${name} has the model ${model}`);
  if (model === INSTANCE_STORE_MODEL) {
    return single("instance-store", null, `${name} has the model ${model}`);
  }
  if (/^xvd[a-z]+[0-9]*$/.test(name)) {
    const maker = otherMaker(roots);
    if (maker !== null) {
      return single("other-disk", null, `${name} is a disk of Xen on a machine of ${maker}`);
    }
    const evidence = `${name} is a disk of Xen, which shows neither model nor volume`;
    return single("ebs-or-instance-store", null, evidence);
  }
  if (/^loop[0-9]+$/.test(name)) {
    const file = readText(`${disk}/loop/backing_file`);
    const on = file === null ? "" : ` on the file ${file}`;
    return single("loop-device", null, `${name} is a loop device${on}`);
  }
  if (/^(ram|zram)[0-9]+$/.test(name)) return single("memory", null, `${name} is in memory`);
  const what = model === null ? "shows no model" : `has the model ${model}`;
  return single("other-disk", null, `${name} ${what}`);
}

/** Name of a disk of Xen that does not show what it is; null where it is something else. */
export function xenDevice({ kind, members, evidence }: Backing): string | null {
  if (kind !== "ebs-or-instance-store" || members.length > 0) return null;
  return /^xvd[a-z]+/.exec(evidence)?.[0] ?? null;
}

/** What a disk of Xen is by the mapping of instance metadata, in which `sdb` may be its `xvdb`. */
export function withMapping(backing: Backing, mapping: Readonly<Record<string, string>>): Backing {
  const device = xenDevice(backing);
  if (device === null) return backing;
  const letters = (name: string) => name.replace(/^(xvd|sd|hd)/, "").replace(/[0-9]+$/, "");
  const [name] =
    Object.entries(mapping).find(([, mapped]) => letters(mapped) === letters(device)) ?? [];
  if (name === undefined) return backing;
  const kind = name.startsWith("ephemeral") ? "instance-store" : "ebs-or-instance-store";
  const evidence = `${backing.evidence}; instance metadata maps it as ${name}`;
  return { ...backing, kind, evidence };
}

function single(kind: Backing["kind"], id: string | null, evidence: string): Backing {
  return { kind, id, evidence, members: [], mountOptions: [] };
}

/** `vol0123…` is written without its hyphen. */
function volumeId(serial: string | null): string | null {
  const hex = /^vol-?([0-9a-f]+)$/.exec(serial ?? "")?.[1];
  return hex === undefined ? null : `vol-${hex}`;
}

/** A volume manager or an array: what its members are, where they are all the same. */
function stacked(disk: string, members: readonly Backing[]): Backing {
  const uuid = readText(`${disk}/dm/uuid`)?.split("-", 1)[0]?.toLowerCase();
  const arrangement = readText(`${disk}/md/level`) ?? uuid ?? "device mapper";
  const kinds = new Set(members.map(({ kind }) => kind));
  const [first] = members;
  const evidence = members.map((member) => member.evidence).join("; ");
  return {
    kind: kinds.size === 1 && first !== undefined ? first.kind : "unknown",
    id: members.length === 1 ? (first?.id ?? null) : null,
    evidence: `${basename(disk)} (${arrangement}) is made of ${members.length}: ${evidence}`,
    members,
    arrangement,
    mountOptions: [],
  };
}

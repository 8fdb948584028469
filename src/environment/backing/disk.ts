import { basename } from "node:path";
import type { Backing } from "../../model/target/backing.ts";
import { diskOf, realOr } from "../machine/device.ts";
import { otherMaker } from "../machine/machine.ts";
import { listFolder, readText, type SystemRoots } from "../machine/roots.ts";

/** Models of NVMe disks on EC2 (identify-nvme-ebs-device.html of the EBS user guide). */
const EBS_MODEL = "Amazon Elastic Block Store";
const INSTANCE_STORE_MODEL = "Amazon EC2 NVMe Instance Storage";
/** Maximum layers of stacked devices. */
const MAX_DEPTH = 8;

/** Identifies a block device (`major:minor`, also of a partition) and the disks it consists of. */
export function diskBacking(number: string, roots: SystemRoots): Backing {
  const node = realOr(`${roots.sys}/dev/block/${number}`);
  return backingOf(diskOf(node), roots, 0);
}

function backingOf(disk: string, roots: SystemRoots, depth: number): Backing {
  const name = basename(disk);
  const below = depth < MAX_DEPTH ? listFolder(`${disk}/slaves`) : [];
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
      return single("other-disk", null, `${name} is a Xen disk on a host made by ${maker}`);
    }
    const evidence = `${name} is a Xen disk, which shows neither model nor volume id`;
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

/** Name of a Xen disk of unknown type; null for any other storage. */
export function xenDevice({ kind, members, evidence }: Backing): string | null {
  if (kind !== "ebs-or-instance-store" || members.length > 0) return null;
  return /^xvd[a-z]+/.exec(evidence)?.[0] ?? null;
}

/** Identifies a Xen disk by the device mapping of instance metadata; its `sdb` may be `xvdb`. */
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

/** Volume id from a serial number such as `vol0123…`, which lacks the hyphen. */
function volumeId(serial: string | null): string | null {
  const hex = /^vol-?([0-9a-f]+)$/.exec(serial ?? "")?.[1];
  return hex === undefined ? null : `vol-${hex}`;
}

/** Backing of a volume manager or an array, with the kind of its members if they are all equal. */
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

import { basename } from "node:path";
import type { Mount } from "../../model/run/environment.ts";
import type { Backing } from "../../model/target/backing.ts";
import { listFolder, readText, type SystemRoots } from "../machine/roots.ts";

/** Names that EFS and FSx give their file systems (a zone may stand before those of EFS). */
const EFS_NAME = /^(?:[a-z0-9-]+\.)?(fs-[0-9a-f]+)\.efs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const FSX_NAME = /^(?:(svm-[0-9a-f]+)\.)?(fs-[0-9a-f]+)\.fsx\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const LOOPBACK = /^(127\.[0-9.]+|::1|localhost)$/;
const ADDRESS = /^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*)$/i;
/** What advice on mounting speaks of. */
const ADVISED =
  /^((vers|nfsvers|rsize|wsize|timeo|retrans|nconnect|proto|port)=.*|hard|soft|noresvport|flock)$/;

/** What an NFS mount reaches. */
export function nfsBacking(mount: Mount, roots: SystemRoots): Backing {
  const [server, path] = splitSource(mount.source);
  const said = (kind: Backing["kind"], id: string | null, what: string): Backing => ({
    kind,
    id,
    evidence: `${mount.mountPoint} is ${mount.type} from ${server}:${path}, ${what}`,
    members: [],
    mountOptions: mount.options.filter((option) => ADVISED.test(option)),
  });
  // A name may lead anywhere (/etc/hosts); the kernel shows the address that it is connected to.
  const address = mount.options.find((option) => option.startsWith("addr="))?.slice(5) ?? "";
  if (!LOOPBACK.test(server) && LOOPBACK.test(address)) {
    return said("nfs-on-this-machine", null, `which leads to ${address}`);
  }
  const efs = EFS_NAME.exec(server)?.[1];
  if (efs !== undefined) return said("efs", efs, "a name of EFS");
  const fsx = FSX_NAME.exec(server);
  if (fsx !== null) {
    const [, machine, id = null] = fsx;
    if (machine !== undefined) return said("fsx-ontap", id, "a name of FSx for ONTAP");
    return said("fsx-openzfs", id, "a name of FSx, as OpenZFS has it");
  }
  if (LOOPBACK.test(server)) return helperBacking(mount, roots, said);
  if (ADDRESS.test(server)) return said("nfs", null, "an address that says nothing of its service");
  return said("nfs", null, "not a name of AWS");
}

type Said = (kind: Backing["kind"], id: string | null, what: string) => Backing;

/** The mount helper of EFS and of S3 Files encrypts: the kernel sees a proxy on this machine. */
function helperBacking(mount: Mount, roots: SystemRoots, said: Said): Backing {
  const port = mount.options.find((option) => option.startsWith("port="))?.slice(5);
  const entry = fstabEntry(mount.mountPoint, roots);
  const named = /fs-[0-9a-f]+/.exec(entry?.source ?? "")?.[0] ?? null;
  // S3 Files is NFS 4.2, EFS is 4.0 or 4.1.
  if (entry?.type === "s3files" || mount.options.includes("vers=4.2")) {
    return said("s3-files", named, "the mount helper's proxy for S3 Files");
  }
  const id = helperState(port, roots) ?? named;
  if (id !== null || entry?.type === "efs") {
    return said("efs-through-helper", id, "the mount helper's proxy for EFS");
  }
  // Where the helper's files cannot be read, its range of ports is what is left.
  if (port !== undefined && /^20[0-9]{3}$/.test(port)) {
    return said("efs-through-helper", null, "a port that the mount helper of EFS uses");
  }
  return said("nfs-on-this-machine", null, "a server on this machine");
}

/**
 * The file system that the mount helper's files name for a port: `fs-0123.mnt.efs.20123`, in which
 * the mount point stands with dots (efs-utils, `get_mount_specific_filename`).
 */
function helperState(port: string | undefined, roots: SystemRoots): string | null {
  if (port === undefined) return null;
  for (const name of listFolder(`${roots.run}/efs`)) {
    const [, id, other] = /(fs-[0-9a-f]+)\..+\.([0-9]+)\+?$/.exec(name) ?? [];
    if (id !== undefined && other === port) return id;
  }
  return null;
}

function fstabEntry(
  mountPoint: string,
  roots: SystemRoots,
): { readonly source: string; readonly type: string } | null {
  for (const line of (readText(`${roots.etc}/fstab`) ?? "").split("\n")) {
    const [source = "", at, type = ""] = line.trim().split(/\s+/);
    if (source.startsWith("#") || at !== mountPoint) continue;
    return { source, type };
  }
  return null;
}

/** `10.0.1.5@tcp:/abcdbev`, or a name of FSx before the `@`. */
export function lustreBacking(mount: Mount): Backing {
  const server = mount.source.split("@", 1)[0] ?? "";
  return {
    kind: "fsx-lustre",
    id: FSX_NAME.exec(server)?.[2] ?? null,
    evidence: `${mount.mountPoint} is lustre from ${mount.source}`,
    members: [],
    mountOptions: mount.options.filter((option) => ADVISED.test(option)),
  };
}

/** Name that FSx gives to what is mounted: `abcdbev` of `10.0.1.5@tcp:/abcdbev/folder`. */
export function lustreMountName(source: string): string {
  return source.slice(source.indexOf(":/") + 2).split("/")[0] ?? "";
}

/** The address in a mount's source, where there is one. */
export function serverAddress(source: string): string | null {
  const [server] = splitSource(source);
  return ADDRESS.test(server) ? server : null;
}

/** Clients of S3 that look like a file system. */
export function fuseBacking(mount: Mount, roots: SystemRoots): Backing {
  const client = mount.type.replace(/^fuse\.?/, "") || mount.source;
  const said = (kind: Backing["kind"], what: string): Backing => ({
    kind,
    id: null,
    evidence: `${mount.mountPoint} is ${mount.type} from ${mount.source}, ${what}`,
    members: [],
    mountOptions: [],
  });
  if (/^mount(point)?-s3$/.test(client)) {
    const bucket = mountpointBucket(mount.mountPoint, roots);
    const of = bucket === null ? "" : ` of the bucket ${bucket}`;
    return said("mountpoint-s3", `Mountpoint for Amazon S3${of}`);
  }
  if (/^(s3fs|goofys|rclone|geesefs|s3ql)$/.test(client)) {
    return said("s3-fuse", `the S3 client ${client}`);
  }
  return said("fuse", "a program that assay does not know");
}

/** The bucket is the first argument of the process that serves the mount. */
function mountpointBucket(mountPoint: string, roots: SystemRoots): string | null {
  for (const process of listFolder(roots.proc)) {
    if (!/^[0-9]+$/.test(process)) continue;
    const words = readText(`${roots.proc}/${process}/cmdline`)?.split("\0") ?? [];
    if (basename(words[0] ?? "") !== "mount-s3" || !words.includes(mountPoint)) continue;
    const at = words.indexOf(mountPoint);
    const bucket = words[at - 1];
    if (bucket !== undefined && /^[a-z0-9][a-z0-9.-]+$/.test(bucket)) return bucket;
  }
  return null;
}

/** `server:/path`, the server of which may be an IPv6 address in brackets. */
function splitSource(source: string): readonly [server: string, path: string] {
  const [, server = source, path = ""] = /^\[?([^\]]*?)\]?:(\/.*)$/.exec(source) ?? [];
  return [server, path];
}

import { basename } from "node:path";
import type { Mount } from "../../model/run/environment.ts";
import type { Backing } from "../../model/target/backing.ts";
import { listFolder, readText, type SystemRoots } from "../machine/roots.ts";

/** DNS names of EFS (optionally with a zone in front) and FSx file systems. */
const EFS_NAME = /^(?:[a-z0-9-]+\.)?(fs-[0-9a-f]+)\.efs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const FSX_NAME = /^(?:(svm-[0-9a-f]+)\.)?(fs-[0-9a-f]+)\.fsx\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const LOOPBACK = /^(127\.[0-9.]+|::1|localhost)$/;
const ADDRESS = /^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*)$/i;
/** Mount options that AWS's mount recommendations cover. */
const ADVISED =
  /^((vers|nfsvers|rsize|wsize|timeo|retrans|nconnect|proto|port)=.*|hard|soft|noresvport|flock)$/;

/** Identifies the server of an NFS mount. */
export function nfsBacking(mount: Mount, roots: SystemRoots): Backing {
  const [server, path] = splitSource(mount.source);
  const backing = (kind: Backing["kind"], id: string | null, what: string): Backing => ({
    kind,
    id,
    evidence: `${mount.mountPoint} is ${mount.type} from ${server}:${path}, ${what}`,
    members: [],
    mountOptions: mount.options.filter((option) => ADVISED.test(option)),
  });
  // /etc/hosts can redirect a name, so the kernel's address of the connection decides.
  const address = mount.options.find((option) => option.startsWith("addr="))?.slice(5) ?? "";
  if (!LOOPBACK.test(server) && LOOPBACK.test(address)) {
    return backing("nfs-on-this-machine", null, `which resolves to ${address}`);
  }
  const efs = EFS_NAME.exec(server)?.[1];
  if (efs !== undefined) return backing("efs", efs, "a DNS name of EFS");
  const fsx = FSX_NAME.exec(server);
  if (fsx !== null) {
    const [, virtualMachine, id = null] = fsx;
    if (virtualMachine !== undefined) {
      return backing("fsx-ontap", id, "a DNS name of FSx for ONTAP");
    }
    return backing("fsx-openzfs", id, "a DNS name of FSx for OpenZFS");
  }
  if (LOOPBACK.test(server)) return helperBacking(mount, roots, backing);
  if (ADDRESS.test(server)) return backing("nfs", null, "an address of an unknown service");
  return backing("nfs", null, "not a DNS name of AWS");
}

type MakeBacking = (kind: Backing["kind"], id: string | null, what: string) => Backing;

/** Identifies a mount through a local proxy, which the mount helper of EFS or S3 Files starts. */
function helperBacking(mount: Mount, roots: SystemRoots, backing: MakeBacking): Backing {
  const port = mount.options.find((option) => option.startsWith("port="))?.slice(5);
  const entry = fstabEntry(mount.mountPoint, roots);
  const named = /fs-[0-9a-f]+/.exec(entry?.source ?? "")?.[0] ?? null;
  // S3 Files uses NFS 4.2, EFS uses 4.0 or 4.1.
  if (entry?.type === "s3files" || mount.options.includes("vers=4.2")) {
    return backing("s3-files", named, "the mount helper's proxy for S3 Files");
  }
  const id = helperState(port, roots) ?? named;
  if (id !== null || entry?.type === "efs") {
    return backing("efs-through-helper", id, "the mount helper's proxy for EFS");
  }
  // Without access to the helper's files, its port range identifies it.
  if (port !== undefined && /^20[0-9]{3}$/.test(port)) {
    return backing("efs-through-helper", null, "a port of the EFS mount helper");
  }
  return backing("nfs-on-this-machine", null, "a server on this host");
}

/**
 * File system id for a port, from the mount helper's state files. Their names contain the mount
 * point with dots: `fs-0123.mnt.efs.20123` (efs-utils, `get_mount_specific_filename`).
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

/** Identifies a Lustre mount; its source is `10.0.1.5@tcp:/abcdbev`, or has a DNS name of FSx. */
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

/** FSx mount name in a mount's source: `abcdbev` in `10.0.1.5@tcp:/abcdbev/folder`. */
export function lustreMountName(source: string): string {
  return source.slice(source.indexOf(":/") + 2).split("/")[0] ?? "";
}

/** IP address in a mount's source; null if it has a name instead. */
export function serverAddress(source: string): string | null {
  const [server] = splitSource(source);
  return ADDRESS.test(server) ? server : null;
}

/** Identifies a FUSE file system, such as a client of S3. */
export function fuseBacking(mount: Mount, roots: SystemRoots): Backing {
  const client = mount.type.replace(/^fuse\.?/, "") || mount.source;
  const backing = (kind: Backing["kind"], what: string): Backing => ({
    kind,
    id: null,
    evidence: `${mount.mountPoint} is ${mount.type} from ${mount.source}, ${what}`,
    members: [],
    mountOptions: [],
  });
  if (/^mount(point)?-s3$/.test(client)) {
    const bucket = mountpointBucket(mount.mountPoint, roots);
    const of = bucket === null ? "" : ` of bucket ${bucket}`;
    return backing("mountpoint-s3", `Mountpoint for Amazon S3${of}`);
  }
  if (/^(s3fs|goofys|rclone|geesefs|s3ql)$/.test(client)) {
    return backing("s3-fuse", `the S3 client ${client}`);
  }
  return backing("fuse", "an unknown program");
}

/** Bucket of a mount, which is the first argument of its mount-s3 process; null if unknown. */
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

/** Splits `server:/path`; the server may be an IPv6 address in brackets. */
function splitSource(source: string): readonly [server: string, path: string] {
  const [, server = source, path = ""] = /^\[?([^\]]*?)\]?:(\/.*)$/.exec(source) ?? [];
  return [server, path];
}

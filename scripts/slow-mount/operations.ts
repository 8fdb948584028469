import fs, { type Dirent } from "node:fs";
import type { Nodes } from "./nodes.ts";
import {
  attributesReply,
  CODE,
  directoryEntry,
  entryReply,
  MAX_WRITE,
  namesOf,
  openReply,
  statfsReply,
  writeReply,
} from "./wire.ts";

/** A request without its header. */
export interface FuseRequest {
  readonly node: bigint;
  readonly body: Buffer;
}

/** Behavior of the mount, apart from its delay. */
export interface Behaviour {
  /** Time for which the kernel caches names and attributes. */
  readonly attributesMs: number;
  /** Whether files bypass the page cache even without O_DIRECT. */
  readonly bypass: boolean;
}

const NOTHING = Buffer.alloc(0);
const OPEN_FLAG = { bypass: 1, parallelWrites: 64 } as const;
const SET = { mode: 1, user: 2, group: 4, size: 8, accessed: 16, modified: 32 } as const;
const ACCESS_MODE = 3;
const BY_HANDLE = 1;
const DIRECTORY_TYPE = 4;
const FILE_TYPE = 8;

type Handler = (request: FuseRequest) => Buffer;
type Handlers = readonly (readonly [number, Handler])[];

/** State that the handlers of a mount share. */
interface Mounted {
  readonly nodes: Nodes;
  readonly validMs: number;
  readonly openFlags: number;
}

/** Serves requests from a backing directory; a failed system call is thrown. */
export function makeHandlers(
  nodes: Nodes,
  backing: string,
  { attributesMs: validMs, bypass }: Behaviour,
): ReadonlyMap<number, Handler> {
  const openFlags = bypass ? OPEN_FLAG.bypass | OPEN_FLAG.parallelWrites : 0;
  const mounted = { nodes, validMs, openFlags };
  return new Map([
    ...nameHandlers(mounted),
    ...fileHandlers(mounted),
    ...listingHandlers(nodes),
    [CODE.statfs, () => space(backing)],
  ]);
}

function handle(body: Buffer): number {
  return Number(body.readBigUInt64LE(0));
}

function entryOf({ nodes, validMs }: Mounted, parent: bigint, name: string): Buffer {
  const stats = fs.lstatSync(nodes.childPath(parent, name), { bigint: true });
  return entryReply(nodes.child(parent, name), stats, validMs);
}

function attributesOf({ nodes, validMs }: Mounted, node: bigint): Buffer {
  return attributesReply(node, fs.lstatSync(nodes.path(node), { bigint: true }), validMs);
}

function nameHandlers(mounted: Mounted): Handlers {
  const { nodes } = mounted;
  return [
    [CODE.lookup, ({ node, body }) => entryOf(mounted, node, namesOf(body, 0)[0] ?? "")],
    [
      CODE.mkdir,
      ({ node, body }) => {
        const [name = ""] = namesOf(body, 8);
        fs.mkdirSync(nodes.childPath(node, name), body.readUInt32LE(0));
        return entryOf(mounted, node, name);
      },
    ],
    [CODE.unlink, ({ node, body }) => remove(nodes, node, body, fs.unlinkSync)],
    [CODE.rmdir, ({ node, body }) => remove(nodes, node, body, fs.rmdirSync)],
    [CODE.rename, ({ node, body }) => move(nodes, node, body, 8)],
    [CODE.rename2, ({ node, body }) => move(nodes, node, body, 16)],
    [
      CODE.create,
      ({ node, body }) => {
        const [name = ""] = namesOf(body, 16);
        const path = nodes.childPath(node, name);
        const flags = body.readUInt32LE(0) | fs.constants.O_CREAT;
        const fd = openBacking(path, flags, body.readUInt32LE(4));
        return Buffer.concat([entryOf(mounted, node, name), openReply(fd, mounted.openFlags)]);
      },
    ],
  ];
}

function fileHandlers(mounted: Mounted): Handlers {
  const { nodes, validMs, openFlags } = mounted;
  const buffer = Buffer.alloc(MAX_WRITE);
  const position = (body: Buffer): number => Number(body.readBigUInt64LE(8));
  return [
    [
      CODE.open,
      ({ node, body }) =>
        openReply(openBacking(nodes.path(node), body.readUInt32LE(0), 0), openFlags),
    ],
    [
      CODE.getattr,
      ({ node, body }) => {
        // An open file may be unlinked.
        if ((body.readUInt32LE(0) & BY_HANDLE) === 0) return attributesOf(mounted, node);
        return attributesReply(node, fs.fstatSync(position(body), { bigint: true }), validMs);
      },
    ],
    [
      CODE.setattr,
      ({ node, body }) => {
        change(nodes.path(node), body);
        return attributesOf(mounted, node);
      },
    ],
    [
      CODE.read,
      ({ body }) => {
        const bytes = Math.min(body.readUInt32LE(16), MAX_WRITE);
        return buffer.subarray(0, fs.readSync(handle(body), buffer, 0, bytes, position(body)));
      },
    ],
    [
      CODE.write,
      ({ body }) =>
        writeReply(fs.writeSync(handle(body), body, 40, body.readUInt32LE(16), position(body))),
    ],
    ...[CODE.flush, CODE.fsync, CODE.fsyncdir].map((code) => [code, () => NOTHING] as const),
    [
      CODE.release,
      ({ body }) => {
        fs.closeSync(handle(body));
        return NOTHING;
      },
    ],
  ];
}

/** A listing is a snapshot from the opening of its directory. */
function listingHandlers(nodes: Nodes): Handlers {
  const listings = new Map<number, readonly Dirent[]>();
  let opened = 0;
  return [
    [
      CODE.opendir,
      ({ node }) => {
        listings.set(++opened, fs.readdirSync(nodes.path(node), { withFileTypes: true }));
        return openReply(opened, 0);
      },
    ],
    [CODE.readdir, ({ body }) => listing(listings.get(handle(body)) ?? [], body)],
    [
      CODE.releasedir,
      ({ body }) => {
        listings.delete(handle(body));
        return NOTHING;
      },
    ],
  ];
}

/** Open flags for the backing file, without O_DIRECT and O_DSYNC: they apply to the mount. */
function openBacking(path: string, flags: number, mode: number): number {
  const { O_RDONLY, O_RDWR, O_TRUNC, O_CREAT, O_EXCL } = fs.constants;
  const access = (flags & ACCESS_MODE) === O_RDONLY ? O_RDONLY : O_RDWR;
  return fs.openSync(path, access | (flags & (O_TRUNC | O_CREAT | O_EXCL)), mode);
}

function remove(nodes: Nodes, parent: bigint, body: Buffer, call: (path: string) => void): Buffer {
  const [name = ""] = namesOf(body, 0);
  call(nodes.childPath(parent, name));
  nodes.removed(parent, name);
  return NOTHING;
}

function move(nodes: Nodes, parent: bigint, body: Buffer, namesAt: number): Buffer {
  const [name = "", newName = ""] = namesOf(body, namesAt);
  const to = body.readBigUInt64LE(0);
  fs.renameSync(nodes.childPath(parent, name), nodes.childPath(to, newName));
  nodes.renamed(parent, name, to, newName);
  return NOTHING;
}

/** `struct fuse_setattr_in`. */
function change(path: string, body: Buffer): void {
  const valid = body.readUInt32LE(0);
  if (valid & SET.mode) fs.chmodSync(path, body.readUInt32LE(68) & 0o7777);
  if (valid & (SET.user | SET.group)) {
    const { uid, gid } = fs.lstatSync(path);
    const user = valid & SET.user ? body.readUInt32LE(76) : uid;
    fs.chownSync(path, user, valid & SET.group ? body.readUInt32LE(80) : gid);
  }
  if (valid & SET.size) fs.truncateSync(path, Number(body.readBigUInt64LE(16)));
  if (valid & (SET.accessed | SET.modified)) {
    const now = Date.now() / 1000;
    const at = (offset: number, flag: number): number =>
      valid & flag ? Number(body.readBigUInt64LE(offset)) : now;
    fs.utimesSync(path, at(32, SET.accessed), at(40, SET.modified));
  }
}

/** As many entries as fit, from the kernel's offset. */
function listing(all: readonly Dirent[], body: Buffer): Buffer {
  const from = Number(body.readBigUInt64LE(8));
  let room = body.readUInt32LE(16);
  const entries: Buffer[] = [];
  for (const [index, one] of all.entries()) {
    if (index < from) continue;
    const type = one.isDirectory() ? DIRECTORY_TYPE : FILE_TYPE;
    const entry = directoryEntry(one.name, type, index + 1);
    if (entry.length > room) break;
    room -= entry.length;
    entries.push(entry);
  }
  return Buffer.concat(entries);
}

function space(backing: string): Buffer {
  const { blocks, bfree, bavail, files, ffree, bsize } = fs.statfsSync(backing, { bigint: true });
  return statfsReply([blocks, bfree, bavail, files, ffree], Number(bsize));
}

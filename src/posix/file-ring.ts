import fs from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { FileFacts, FilePerformer, FileReply, FileRequest } from "./file-steps.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  confine,
  O_CLOEXEC,
  OPEN_HOW_BYTES,
  STATX_BASIC_STATS,
  STATX_BTIME,
} from "./file-system.ts";
import { keepForKernel } from "./kept-memory.ts";
import { loadNative, type Native } from "./koffi.ts";
import { RING_ASYNC, RING_CALL, RING_FILE, RING_FLAG, Ring } from "./ring.ts";

/** Maximum wait for a completion, in which the event loop does not run. */
const WAIT_NS = 5e6;

/** Opcode of openat2(2). */
const OPENAT2 = 28;

/** Memory of a slot: `struct open_how`, `struct statx`, and the name. */
const SLOT_BYTES = 1024;
const STAT_AT = 64;
const NAME_AT = 512;
const WASM_PAGE_BYTES = 65_536;

/** Fields of `struct statx`. */
const STATX = { mask: 0, nlink: 16, uid: 20, mode: 28, size: 40, born: 80, changed: 96 } as const;

/**
 * Calls through io_uring, all by the kernel's worker threads: file systems that need this code may
 * wait in the submitting call. Opens reject links and mounts.
 */
export class FileRing implements FilePerformer {
  private readonly ring: Ring;
  private readonly addressOf: Native["addressOf"];
  private readonly memory: Buffer;
  private readonly address: number;
  private readonly hows: readonly BigUint64Array[];
  /** Calls in flight by slot, so that their buffers are referenced. */
  private readonly requests: (FileRequest | undefined)[] = [];
  private readonly done: Int32Array;
  private readonly results: Float64Array;

  private constructor(depth: number, ring: Ring, { addressOf }: Native) {
    this.ring = ring;
    this.addressOf = addressOf;
    const initial = Math.ceil((depth * SLOT_BYTES) / WASM_PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial }).buffer;
    this.memory = Buffer.from(memory);
    this.address = addressOf(this.memory);
    this.hows = Array.from(
      { length: depth },
      (_, slot) => new BigUint64Array(memory, slot * SLOT_BYTES, OPEN_HOW_BYTES / 8),
    );
    this.done = new Int32Array(depth);
    this.results = new Float64Array(depth);
    ring.limitWorkers(depth);
  }

  /** Opens a ring; returns the reason if the host refuses io_uring. */
  static open(depth: number): FileRing | string {
    const native = loadNative();
    if (typeof native === "string") return native;
    const ring = Ring.open(depth, { flags: RING_FLAG.deferTaskrun | RING_FLAG.singleIssuer });
    return typeof ring === "string" ? ring : new FileRing(depth, ring, native);
  }

  start(slot: number, request: FileRequest): void {
    this.requests[slot] = request;
    const { ring } = this;
    switch (request.call) {
      case "open": {
        const { directory, name, flags, mode = 0 } = request;
        const how = this.hows[slot];
        if (how === undefined) throw new Error(`there is no slot ${slot}`);
        confine(how, flags | fs.constants.O_NOFOLLOW | O_CLOEXEC, mode);
        const [at, path] = [this.address + slot * SLOT_BYTES, this.nameAt(slot, name)];
        ring.push(OPENAT2, RING_ASYNC, directory.fd, at, path, OPEN_HOW_BYTES, slot);
        return;
      }
      case "stat": {
        const at = this.address + slot * SLOT_BYTES + STAT_AT;
        const path = this.nameAt(slot, request.name);
        const mask = STATX_BASIC_STATS | STATX_BTIME;
        const { fd } = request.directory;
        ring.push(RING_FILE.stat, RING_ASYNC, fd, at, path, mask, slot, AT_SYMLINK_NOFOLLOW);
        return;
      }
      case "unlink": {
        const path = this.nameAt(slot, request.name);
        ring.push(RING_FILE.unlink, RING_ASYNC, request.directory.fd, 0, path, 0, slot);
        return;
      }
      case "read":
      case "write": {
        const { call, fd, bytes, position } = request;
        const at = this.addressOf(bytes);
        ring.push(RING_CALL[call], RING_ASYNC, fd, position, at, bytes.length, slot);
        return;
      }
      case "fsync":
        ring.pushSync(RING_ASYNC, request.fd, false, slot);
        return;
      case "close":
        ring.push(RING_FILE.close, RING_ASYNC, request.fd, 0, 0, 0, slot);
    }
  }

  async turn(receive: (slot: number, reply: FileReply) => void): Promise<void> {
    const count = this.ring.reap(this.done, this.results, WAIT_NS);
    for (let i = 0; i < count; i++) {
      const slot = this.done[i] ?? 0;
      const result = this.results[i] ?? 0;
      const isStat = this.requests[slot]?.call === "stat" && result === 0;
      this.requests[slot] = undefined;
      receive(slot, isStat ? this.factsAt(slot * SLOT_BYTES + STAT_AT) : result);
    }
    await setImmediate();
  }

  close(): void {
    if (!this.ring.close()) return;
    keepForKernel(this.memory);
    for (const request of this.requests) {
      if (request?.call === "read" || request?.call === "write") keepForKernel(request.bytes);
    }
  }

  /** Writes a name to a slot's memory; returns its address. */
  private nameAt(slot: number, name: string): number {
    const at = slot * SLOT_BYTES + NAME_AT;
    const end = this.memory.write(`${name}\0`, at, SLOT_BYTES - NAME_AT);
    if (this.memory[at + end - 1] !== 0) throw new Error(`the name ${name} is too long`);
    return this.address + at;
  }

  private factsAt(at: number): FileFacts {
    const { memory } = this;
    const millisecondsAt = (field: number): number => {
      const seconds = Number(memory.readBigInt64LE(at + field));
      return seconds * 1000 + memory.readUInt32LE(at + field + 8) / 1e6;
    };
    const { S_IFMT, S_IFREG } = fs.constants;
    const isFile = (memory.readUInt16LE(at + STATX.mode) & S_IFMT) === S_IFREG;
    const knowsBirth = (memory.readUInt32LE(at + STATX.mask) & STATX_BTIME) !== 0;
    return {
      uid: memory.readUInt32LE(at + STATX.uid),
      nlink: memory.readUInt32LE(at + STATX.nlink),
      size: Number(memory.readBigInt64LE(at + STATX.size)),
      birthtimeMs: knowsBirth ? millisecondsAt(STATX.born) : 0,
      ctimeMs: millisecondsAt(STATX.changed),
      isFile: () => isFile,
    };
  }
}

import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Native } from "./native.ts";
import type { FuseRequest } from "./operations.ts";
import { CODE, initReply, MAX_REQUEST, REPLY_HEADER, REQUEST_HEADER } from "./wire.ts";

/** Settings that can change while the mount is served. */
export interface Pace {
  /** Delay from a request to its reply, independent of other requests. */
  delayMs: number;
  /** Whether replies are held back. */
  stalled: boolean;
  /** Whether held requests of a killed process end with EINTR, as on a hard NFS mount. */
  readonly killable: boolean;
  /** Whether pages that were read or written before are read without delay. */
  remembers: boolean;
  /** Requests that fail: errno by code. */
  readonly failing: Map<number, number>;
  /** Maximum requests in flight since it was set to 0. */
  peak: number;
}

interface Held extends FuseRequest {
  readonly dueMs: number;
  readonly code: number;
  readonly unique: bigint;
  /** Thread that waits for the reply; 0: none. */
  readonly caller: number;
}

type Handlers = ReadonlyMap<number, (request: FuseRequest) => Buffer>;

const { ENOSYS, EAGAIN, ENOENT, EINTR, ENODEV, EIO } = constants.errno;
const PAGE_BYTES = 4096;
const LONGEST_WAIT_NS = 1e9;
/** Period in which a stalled server checks for killed callers. */
const LOOK_NS = 1e8;

/** Requests without a reply. */
const SILENT: ReadonlySet<number> = new Set([
  CODE.forget,
  CODE.batchForget,
  CODE.interrupt,
  CODE.destroy,
]);

/** Requests without delay. */
const UNDELAYED: ReadonlySet<number> = new Set([
  CODE.release,
  CODE.releasedir,
  CODE.opendir,
  CODE.statfs,
]);

/** Serves one mount in the calling thread; replies to each request after a set delay. */
export class Server {
  private readonly native: Native;
  private readonly fd: number;
  private readonly handlers: Handlers;
  private readonly pace: Pace;
  private readonly request = Buffer.alloc(MAX_REQUEST);
  /** Times at which the replies are scheduled. */
  private readonly held: Held[] = [];
  private readonly pages = new Set<string>();

  constructor(native: Native, fd: number, handlers: Handlers, pace: Pace) {
    this.native = native;
    this.fd = fd;
    this.handlers = handlers;
    this.pace = pace;
  }

  /** Serves until the mount ends, or `control` (the second file is readable) returns false. */
  run(control: () => boolean): void {
    for (;;) {
      const ready = this.native.poll(this.waitNs());
      if ((ready & 2) !== 0 && !control()) return;
      if ((ready & 1) !== 0 && !this.take()) return;
      this.answerDue();
      if (this.pace.stalled && this.pace.killable) this.endKilled();
    }
  }

  private waitNs(): number {
    const [first] = this.held;
    const { stalled, killable } = this.pace;
    if (first !== undefined && stalled && killable) return LOOK_NS;
    if (first === undefined || stalled) return LONGEST_WAIT_NS;
    return Math.min(LONGEST_WAIT_NS, Math.max(0, (first.dueMs - performance.now()) * 1e6));
  }

  /** Handles one request; false if the mount has ended. */
  private take(): boolean {
    const bytes = this.native.read(this.fd, this.request);
    if (bytes === -ENODEV) return false;
    // The caller aborted it between poll and read.
    if ([EAGAIN, ENOENT, EINTR].includes(-bytes)) return true;
    if (bytes < REQUEST_HEADER) throw new Error(`a request of ${bytes} bytes`);
    const code = this.request.readUInt32LE(4);
    const unique = this.request.readBigUInt64LE(8);
    const node = this.request.readBigUInt64LE(16);
    if (SILENT.has(code)) return true;
    if (code === CODE.init) this.reply(unique, 0, initReply());
    else if (!this.handlers.has(code)) this.reply(unique, -ENOSYS);
    else {
      const body = Buffer.from(this.request.subarray(REQUEST_HEADER, bytes));
      const delayMs = this.delayOf(code, node, body);
      const caller = this.request.readUInt32LE(32);
      this.hold({ dueMs: performance.now() + delayMs, code, unique, node, body, caller });
    }
    return true;
  }

  private delayOf(code: number, node: bigint, body: Buffer): number {
    const { delayMs, remembers } = this.pace;
    if (UNDELAYED.has(code)) return 0;
    if (!remembers || (code !== CODE.read && code !== CODE.write)) return delayMs;
    const from = Number(body.readBigUInt64LE(8));
    const pages = Math.ceil((from + body.readUInt32LE(16)) / PAGE_BYTES);
    let known = code === CODE.read;
    for (let page = Math.floor(from / PAGE_BYTES); page < pages; page++) {
      const name = `${node}:${page}`;
      known &&= this.pages.has(name);
      this.pages.add(name);
    }
    return known ? 0 : delayMs;
  }

  private hold(held: Held): void {
    let at = this.held.length;
    while (at > 0 && (this.held[at - 1]?.dueMs ?? 0) > held.dueMs) at--;
    this.held.splice(at, 0, held);
    this.pace.peak = Math.max(this.pace.peak, this.held.length);
  }

  private endKilled(): void {
    for (const held of [...this.held]) {
      if (held.caller === 0 || !isKilled(held.caller)) continue;
      this.held.splice(this.held.indexOf(held), 1);
      this.reply(held.unique, -EINTR);
    }
  }

  private answerDue(): void {
    if (this.pace.stalled) return;
    const now = performance.now();
    for (;;) {
      const [first] = this.held;
      if (first === undefined || first.dueMs > now) return;
      this.held.shift();
      this.answer(first);
    }
  }

  private answer({ code, unique, node, body }: Held): void {
    const failure = this.pace.failing.get(code);
    if (failure !== undefined) {
      this.reply(unique, -failure);
      return;
    }
    let payload: Buffer | undefined;
    try {
      payload = this.handlers.get(code)?.({ node, body });
    } catch (error) {
      const number = error instanceof Error && "errno" in error ? Number(error.errno) : -EIO;
      this.reply(unique, number);
      return;
    }
    this.reply(unique, 0, payload);
  }

  /** Writes a reply; ignores a failure, because the caller may have aborted. */
  private reply(unique: bigint, error: number, payload: Buffer = Buffer.alloc(0)): void {
    const out = Buffer.allocUnsafe(REPLY_HEADER + payload.length);
    out.writeUInt32LE(out.length, 0);
    out.writeInt32LE(error, 4);
    out.writeBigUInt64LE(unique, 8);
    payload.copy(out, REPLY_HEADER);
    this.native.write(this.fd, out);
  }
}

/** PF_EXITING of the kernel: the thread is ending. */
const EXITING = 4;

/** Whether SIGKILL is pending for a thread, as after any fatal signal to its process. */
function isKilled(thread: number): boolean {
  try {
    const status = readFileSync(`/proc/${thread}/status`, "latin1");
    const pending = BigInt(`0x${/^SigPnd:\s*(\w+)/m.exec(status)?.[1] ?? "0"}`);
    if ((pending & (1n << BigInt(constants.signals.SIGKILL - 1))) !== 0n) return true;
    const stat = readFileSync(`/proc/${thread}/stat`, "latin1");
    const flags = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[6]);
    return (flags & EXITING) !== 0;
  } catch {
    return false;
  }
}

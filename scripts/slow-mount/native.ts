import { constants } from "node:os";
import { loadNative } from "../../src/posix/koffi.ts";

const POLLIN = 1;
/** Bytes of a `struct pollfd`. */
const POLLFD_BYTES = 8;
const MNT_DETACH = 2;

/** System calls of a FUSE server; each returns the call's result or the negative errno. */
export interface Native {
  /** Files that are readable (or at their end) within `waitNs`, one bit per file. */
  poll(waitNs: number): number;
  read(fd: number, into: Buffer): number;
  write(fd: number, from: Buffer): number;
  mount(mountPoint: string, data: string): number;
  /** Unmounts immediately; open files stay usable until they are closed. */
  unmount(mountPoint: string): number;
}

/** Binds the calls; `polled`: files for `poll`. */
export function bindNative(polled: readonly number[]): Native {
  const native = loadNative();
  if (typeof native === "string") throw new Error(native);
  const { koffi, library } = native;
  const ppoll = library.func("int ppoll(void*, unsigned long, void*, uintptr_t)");
  const read = library.func("int64_t read(int, void*, size_t)");
  const write = library.func("int64_t write(int, void*, size_t)");
  const mount = library.func("int mount(str, str, str, unsigned long, str)");
  const umount2 = library.func("int umount2(str, int)");
  const outcome = (result: number): number => (result < 0 ? -koffi.errno() : result);
  const files = Buffer.alloc(polled.length * POLLFD_BYTES);
  for (const [index, fd] of polled.entries()) {
    files.writeInt32LE(fd, index * POLLFD_BYTES);
    files.writeInt16LE(POLLIN, index * POLLFD_BYTES + 4);
  }
  const timeout = new BigInt64Array(2);
  const timeoutBytes = new Uint8Array(timeout.buffer);
  return {
    poll(waitNs) {
      timeout[0] = BigInt(Math.floor(waitNs / 1e9));
      timeout[1] = BigInt(Math.floor(waitNs % 1e9));
      const count = outcome(ppoll(files, polled.length, timeoutBytes, 0));
      if (count < 0 && count !== -constants.errno.EINTR) throw new Error(`poll: ${count}`);
      let ready = 0;
      for (let index = 0; index < polled.length; index++) {
        if (count > 0 && files.readInt16LE(index * POLLFD_BYTES + 6) !== 0) ready |= 1 << index;
      }
      return ready;
    },
    read: (fd, into) => outcome(read(fd, into, into.length)),
    write: (fd, from) => outcome(write(fd, from, from.length)),
    mount: (mountPoint, data) => outcome(mount("assay-slow", mountPoint, "fuse", 0, data)),
    unmount: (mountPoint) => outcome(umount2(mountPoint, MNT_DETACH)),
  };
}

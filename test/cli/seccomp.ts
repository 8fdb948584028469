import { loadNative } from "../../src/posix/koffi.ts";

/**
 * Preloaded before a program (`--import`): forbids its threads to make a ring, as a container's
 * profile does. `ASSAY_TEST_ERRNO` is what the kernel then answers; see seccomp(2).
 */
const IO_URING_SETUP = 425;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const [LOAD, IS, RETURN] = [0x20, 0x15, 0x06];
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;

const native = loadNative();
if (typeof native === "string") throw new Error(native);
const { koffi, library } = native;
const prctl = library.func("int prctl(int, uintptr_t, uintptr_t, uintptr_t, uintptr_t)");

/** `struct sock_filter`: code, jumps where true and false, value. */
const program: readonly (readonly [number, number, number, number])[] = [
  [LOAD, 0, 0, 0],
  [IS, 0, 1, IO_URING_SETUP],
  [RETURN, 0, 0, ERRNO | Number(process.env.ASSAY_TEST_ERRNO)],
  [RETURN, 0, 0, ALLOW],
];
const filter = Buffer.alloc(program.length * 8);
for (const [index, [code, yes, no, value]] of program.entries()) {
  filter.writeUInt16LE(code, index * 8);
  filter.writeUInt8(yes, index * 8 + 2);
  filter.writeUInt8(no, index * 8 + 3);
  filter.writeUInt32LE(value, index * 8 + 4);
}
const described = new BigUint64Array([BigInt(program.length), koffi.address(filter)]);
const address = Number(koffi.address(new Uint8Array(described.buffer)));
prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, address, 0, 0) !== 0) {
  throw new Error(`seccomp refused with errno ${koffi.errno()}`);
}

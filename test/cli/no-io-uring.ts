import { createRequire } from "node:module";
import { constants } from "node:os";
import { isMainThread } from "node:worker_threads";
import type { Koffi } from "../../src/posix/koffi.ts";

/**
 * Loaded first (`--import no-io-uring.ts?EPERM`): puts this process under a seccomp filter that
 * answers `io_uring_setup` with an error, as the profiles of containers do. Not the other two calls
 * as well: libuv has a ring of its own by now and ends the process where that is refused. The
 * filter is a program of the classic BPF; see seccomp(2) and linux/filter.h.
 */
const IO_URING_SETUP = 425;
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const FILTER = 2;

const name = new URL(import.meta.url).search.slice(1);
const errno = Object.entries(constants.errno).find(([known]) => known === name)?.[1];
if (errno === undefined) throw new Error(`no errno ${name}`);
const answer = ERRNO | errno;

// Threads inherit the filter, and one that is ended while it loads koffi ends the process.
if (isMainThread) setFilter();

function setFilter(): void {
  // Code, two jump distances, a value. The system call's number is the first word of its data.
  const program = [
    [LOAD_WORD, 0, 0, 0],
    [JUMP_IF_EQUAL, 1, 0, IO_URING_SETUP],
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, answer],
  ];
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const filter = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  const view = new DataView(filter.buffer);
  for (const [index, [code = 0, whereTrue = 0, whereFalse = 0, value = 0]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, whereTrue);
    view.setUint8(index * 8 + 3, whereFalse);
    view.setUint32(index * 8 + 4, value, true);
  }
  // `struct sock_fprog`: how many instructions, and where they are.
  const HEADER_AT = 1024;
  view.setUint16(HEADER_AT, program.length, true);
  view.setBigUint64(HEADER_AT + 8, koffi.address(filter), true);
  const prctl = koffi
    .load("libc.so.6")
    .func("int prctl(int, unsigned long, uintptr_t, unsigned long, unsigned long)");
  const header = Number(koffi.address(filter)) + HEADER_AT;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0 || prctl(PR_SET_SECCOMP, FILTER, header, 0, 0)) {
    throw new Error(`no seccomp filter can be set: errno ${koffi.errno()}`);
  }
}

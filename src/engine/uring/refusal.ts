import { loadNative } from "../../posix/koffi.ts";
import { RING_FLAG, Ring } from "../../posix/ring.ts";

/** Why io_uring cannot be used on this host, in one sentence; null if it can. */
export function uringRefusal(): string | null {
  const native = loadNative();
  if (typeof native === "string") return native;
  const ring = Ring.open(1, { flags: RING_FLAG.deferTaskrun | RING_FLAG.singleIssuer });
  if (typeof ring !== "string") {
    ring.close();
    return null;
  }
  return REFUSALS[ring] ?? `the kernel refuses io_uring (${ring})`;
}

/** Reasons by the errno of a ring that cannot be set up. */
export const REFUSALS: Readonly<Record<string, string>> = {
  ENOSYS: "this kernel has no io_uring, or a seccomp filter hides it (ENOSYS)",
  EPERM: "io_uring is disabled by kernel.io_uring_disabled or a seccomp filter (EPERM)",
  EACCES: "a security module forbids io_uring (EACCES)",
  EINVAL: "this kernel is older than 6.1 and lacks required io_uring features (EINVAL)",
  EMFILE: "too many open files (EMFILE); raise `ulimit -n`",
  ENOMEM: "the locked memory limit is too small for a ring (ENOMEM); raise `ulimit -l`",
};

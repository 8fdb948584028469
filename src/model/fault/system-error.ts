import { errnoMeaning, errnoName } from "./errno.ts";

/** Cause and remedy of an error of a storage system or of this host. */
export interface Explanation {
  /** Cause in one clause, without the error's name. */
  readonly why: string;
  /** In the imperative. */
  readonly remedy: string;
  /** Whether the cause is a limit of this host, not the storage. */
  readonly isHostLimit?: true;
}

const ANOTHER = "choose another target";

/** Explanations of errors from storage, network file systems and host limits. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  EACCES: noPermission(),
  EPERM: noPermission(),
  EIO: {
    why: "the storage reported an input/output error",
    remedy: `look at the kernel log (\`dmesg\`), check the device, or ${ANOTHER}`,
  },
  EREMOTEIO: {
    why: "the storage server reported an input/output error",
    remedy: `look at the server's log and at \`dmesg\`, or ${ANOTHER}`,
  },
  ENXIO: { why: "the device was removed", remedy: "attach the device, and mount it again" },
  ENODEV: { why: "the device was removed", remedy: "attach the device, and mount it again" },
  ENOMEDIUM: { why: "the device has no medium", remedy: `insert one, or ${ANOTHER}` },
  ENOSPC: {
    why: "no space left on the device",
    remedy: `free some space, or ${ANOTHER}`,
  },
  EDQUOT: {
    why: "the disk quota is exceeded",
    remedy: `delete files, request a larger quota, or ${ANOTHER}`,
  },
  EROFS: {
    why: "the file system is mounted read-only",
    remedy: `remount it (after an error, check it first: \`dmesg\`) or ${ANOTHER}`,
  },
  EFBIG: {
    why: "the file would be larger than the file system or `ulimit -f` allows",
    remedy: "use smaller files, or raise `ulimit -f`",
  },
  EMLINK: {
    why: "the directory has the maximum number of entries",
    remedy: "use fewer files per directory",
  },
  ENAMETOOLONG: {
    why: "the path is longer than the file system allows",
    remedy: "use a target with a shorter path",
  },
  EUCLEAN: {
    why: "the file system is corrupt",
    remedy: `unmount it and check it (\`fsck\`, \`xfs_repair\`), or ${ANOTHER}`,
  },
  EBADMSG: {
    why: "the checksum of data or metadata is wrong",
    remedy: `check the file system and the device (\`dmesg\`), or ${ANOTHER}`,
  },
  EHWPOISON: {
    why: "a memory page has a hardware error",
    remedy: "check `dmesg`, and replace the memory",
  },
  ESTALE: stale("the server no longer knows the file or directory (stale file handle)"),
  EOPENSTALE: stale("the server no longer knows the file or directory (stale file handle)"),
  EBADHANDLE: stale("the server rejected the file handle"),
  EBADCOOKIE: stale("the server changed the directory while it was read"),
  ENOTCONN: {
    why: "the file system lost the connection to its server or daemon",
    remedy: "start the server or daemon, unmount (`umount -l`) and mount it again",
  },
  ESHUTDOWN: {
    why: "the file system was shut down after an error",
    remedy: "look at `dmesg`, unmount it, check it, and mount it again",
  },
  ENOTUNIQ: {
    why: "a name is not unique on the network",
    remedy: "look at the server's log, and mount the file system again",
  },
  ENOLINK: lost("the link to the server was severed"),
  ECOMM: lost("the server cannot be reached"),
  ETIMEDOUT: lost("the server did not respond in time"),
  EHOSTDOWN: lost("the server is down"),
  EHOSTUNREACH: lost("there is no route to the server"),
  ENETDOWN: lost("the network is down"),
  ENETUNREACH: lost("the network is unreachable"),
  ENETRESET: lost("the network dropped the connection"),
  ECONNREFUSED: lost("the server refused the connection"),
  ECONNRESET: lost("the server closed the connection"),
  ECONNABORTED: lost("the connection was aborted"),
  EPIPE: lost("the server closed the connection"),
  EPROTO: lost("the server violated the protocol"),
  EJUKEBOX: {
    why: "the server needs time to fetch the file",
    remedy: "wait until the file is available, and run again",
  },
  ESERVERFAULT: {
    why: "the server reported an unknown error",
    remedy: "check the server's log",
  },
  ENOLCK: {
    why: "the server has no free locks, or its lock service is not running",
    remedy: "start the lock service (rpc.statd), mount with `nolock`, or wait",
  },
  ENOGRACE: {
    why: "the server refuses locks while it restarts",
    remedy: "wait one minute, and run again",
  },
  ENOKEY: key("the encryption key of the directory is not loaded"),
  EKEYEXPIRED: key("the credentials of the mount have expired"),
  EKEYREVOKED: key("the credentials of the mount were revoked"),
  EKEYREJECTED: key("the storage rejected the key"),
  ENOTSUP: unsupported(),
  ENOTSUPP: unsupported(),
  ENOSYS: unsupported(),
  EBUSY: {
    why: "the file or device is in use (on NFS also a file that was removed while open)",
    remedy: "stop the programs that use it (`fuser -v`), and run again",
  },
  ETXTBSY: {
    why: "the file is a running program",
    remedy: "stop the program, and run again",
  },
  EMFILE: {
    why: "too many open files",
    remedy: "raise `ulimit -n`, or use fewer files or threads",
    isHostLimit: true,
  },
  ENFILE: {
    why: "the host has too many open files",
    remedy: "raise `sysctl fs.file-max`, or stop other programs",
    isHostLimit: true,
  },
  ENOMEM: {
    why: "the host does not have enough memory",
    remedy:
      "use fewer workers or smaller blocks, or raise the memory limit (`ulimit -v`, cgroup " +
      "memory.max)",
    isHostLimit: true,
  },
  ENOBUFS: {
    why: "the host has no free network buffers",
    remedy: "use fewer connections, or raise `sysctl net.core.wmem_max` and net.ipv4.tcp_mem",
    isHostLimit: true,
  },
  EADDRNOTAVAIL: {
    why: "the host has no free local port for another connection",
    remedy: "use fewer connections, or widen `sysctl net.ipv4.ip_local_port_range`",
    isHostLimit: true,
  },
};

function noPermission(): Explanation {
  return {
    why: `no permission as user ${process.getuid?.() ?? "?"}`,
    remedy: `change its owner or mode, or ${ANOTHER}`,
  };
}

function stale(why: string): Explanation {
  return { why, remedy: "unmount the network file system (`umount -l`) and mount it again" };
}

function lost(why: string): Explanation {
  return { why, remedy: "check the network and the server, and mount the file system again" };
}

function key(why: string): Explanation {
  return { why, remedy: "renew or unlock the key (`kinit`, `fscryptctl`), and run again" };
}

function unsupported(): Explanation {
  return {
    why: "the file system does not support this operation",
    remedy: `leave the phase out, or ${ANOTHER}`,
  };
}

/** Explanation of an error name; null if there is none. */
export function explanationOf(code: string): Explanation | null {
  return EXPLANATIONS[code] ?? null;
}

/** Whether an error is caused by a limit of this host, not by the storage. */
export function isHostLimit(code: string): boolean {
  return EXPLANATIONS[code]?.isHostLimit === true;
}

/** Cause, name and remedy: `no space left on the device (ENOSPC); free some space, …`. */
export function explain(code: string): string | null {
  const found = explanationOf(code);
  return found === null ? null : `${found.why} (${code}); ${found.remedy}`;
}

/** Creates the error of a system call outside of Node, in the form of Node's errors. */
export function systemError(syscall: string, number: number): Error {
  const code = errnoName(number);
  const message = `${code}: ${errnoMeaning(number) ?? "unknown system error"}, ${syscall}`;
  return Object.assign(new Error(message), { code, syscall, errno: -number });
}

/** Number of a system error that Node does not name, such as 116; null for other errors. */
function namelessNumber(error: unknown): number | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const match = /^Unknown system error -(\d+)$/.exec(String(error.code));
  return match === null ? null : Number(match[1]);
}

/** The errno name of a system error that Node does not name; null for other errors. */
export function namelessCode(error: unknown): string | null {
  const number = namelessNumber(error);
  return number === null ? null : errnoName(number);
}

/**
 * Message of a system error that Node does not name, with the name instead of the number: `ESTALE:
 * stale file handle, stat '/mnt'`. Null for other errors.
 */
export function namelessMessage(error: Error): string | null {
  const number = namelessNumber(error);
  if (number === null) return null;
  const name = errnoName(number);
  const words = `${name}: ${errnoMeaning(number) ?? "unknown system error"}`;
  const place = error.message.replace(/^(Unknown system error -\d+(: )?)+/, "");
  return `${words}${place}`;
}

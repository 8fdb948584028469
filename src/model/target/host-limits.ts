/** Limits of this process that determine whether a phase can run. */
export interface HostLimits {
  /** Descriptors this process may have open (`ulimit -n`); null: unlimited or unknown. */
  readonly openFiles: number | null;
  /** Threads of this user (`ulimit -u`); null: unlimited, unknown, or root, who is exempt. */
  readonly threads: ThreadLimit | null;
  /** Address space of this process (`ulimit -v`); null: unlimited or unknown. */
  readonly addressSpace: AddressSpaceLimit | null;
}

export interface AddressSpaceLimit {
  readonly limitBytes: number;
  /** Address space that the process has reserved. */
  readonly usedBytes: number;
}

export interface ThreadLimit {
  readonly limit: number;
  /** Threads of the user that this process can see. */
  readonly used: number;
}

/** No limits. */
export const NO_LIMITS: HostLimits = { openFiles: null, threads: null, addressSpace: null };

/**
 * Address space that V8 reserves per thread, measured with Node 24 on x86-64 (580 to 610 MiB); if
 * it cannot, it ends the process.
 */
export const THREAD_RESERVES_BYTES = 600 * 2 ** 20;

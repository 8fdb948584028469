/** Limits of this process that decide whether a phase can be run at all. */
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
  /** What the process has reserved at the moment. */
  readonly usedBytes: number;
}

export interface ThreadLimit {
  readonly limit: number;
  /** Threads that the user has at the moment, as far as this process can see them. */
  readonly used: number;
}

/** Limits that nothing is refused by. */
export const NO_LIMITS: HostLimits = { openFiles: null, threads: null, addressSpace: null };

/**
 * Address space that V8 reserves for a thread before it runs anything, measured with Node 24 on
 * x86-64 (580 to 610 MiB); where it cannot, it ends the process.
 */
export const THREAD_RESERVES_BYTES = 600 * 2 ** 20;

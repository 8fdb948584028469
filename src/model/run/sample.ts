/** State of the host during one second of a phase; null where the kernel does not show it. */
export interface Sample {
  /** Start, nanoseconds from the start of measuring in the phase. */
  readonly fromNs: number;
  readonly widthNs: number;
  /** CPU steal: share of CPU time that the hypervisor gave to other VMs. */
  readonly stealShare: number | null;
  /** Share of their time that the worker threads were runnable without a CPU. */
  readonly cpuWaitShare: number | null;
  /** Bytes that the storage of the target transferred, for all programs. */
  readonly deviceReadBytes: number | null;
  readonly deviceWriteBytes: number | null;
}

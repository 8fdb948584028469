/**
 * Share of one host in a phase that several hosts run together. The work of a phase is divided by
 * worker: host h of H hosts with T threads each has workers h*T to h*T + T - 1 of H*T, so that
 * the hosts together issue what one host with H*T threads would.
 */
export interface Part {
  /** Place of the host in the work, from 0 to `hosts` - 1. */
  readonly host: number;
  readonly hosts: number;
}

/** The whole work, on one host. */
export const WHOLE: Part = { host: 0, hosts: 1 };

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

/** Whether a part is responsible for file `index` of a dataset that several hosts prepare. */
export function isInPart({ host, hosts }: Part, index: number): boolean {
  return index % hosts === host;
}

/** Files of a dataset of `count` files that a part prepares, ascending: each `hosts`-th file. */
export function* filesOfPart({ host, hosts }: Part, count: number): Generator<number> {
  for (let i = host; i < count; i += hosts) yield i;
}

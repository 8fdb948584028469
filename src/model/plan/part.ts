import { ALTERS_FILES, MODIFIES, needsOf, OPERATION } from "./operation.ts";
import type { PhasePlan } from "./plan.ts";

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

/** Consecutive items of a larger number of them. */
interface Stretch {
  readonly from: number;
  readonly length: number;
}

/**
 * Divides `count` items into `shares` stretches and returns number `share`, from 0; the first ones
 * have one item more if the division has a rest.
 */
export function stretchOf(count: number, share: number, shares: number): Stretch {
  const least = Math.floor(count / shares);
  const more = count % shares;
  return { from: least * share + Math.min(share, more), length: least + (share < more ? 1 : 0) };
}

/**
 * Files of a dataset of `count` files that a part prepares: consecutive ones, as each host visits
 * them in a phase, so that a rotation by one place gives each host the files of another one.
 */
function rangeOf({ host, hosts }: Part, count: number): readonly [from: number, to: number] {
  const { from, length } = stretchOf(count, host, hosts);
  return [from, from + length];
}

/** Whether a part prepares file `index` of a dataset of `count` files. */
export function isInPart(part: Part, index: number, count: number): boolean {
  const [from, to] = rangeOf(part, count);
  return index >= from && index < to;
}

/** Files of a dataset of `count` files that a part prepares, ascending. */
export function* filesOfPart(part: Part, count: number): Generator<number> {
  const [from, to] = rangeOf(part, count);
  for (let index = from; index < to; index++) yield index;
}

/**
 * Part of the host with this rank when the parts are moved on by `rotation` places: rank 0 has
 * place `rotation`, and the last ranks have the first places.
 */
export function partOf(rank: number, hosts: number, rotation: number): Part {
  return { host: (rank + rotation) % hosts, hosts };
}

/**
 * Rotation of each phase of a plan, so that no host reads what it wrote itself from its own cache:
 * a phase that needs existing files has one place more than the phase that wrote them last, or than
 * the preparation, whose rotation is 0. Rotations count on without end; `partOf` divides them by
 * the number of hosts.
 *
 * It is exact between phases that visit a dataset in the same order with the same number of hosts
 * and workers. With random access, or if preparation and phase divide the files differently, each
 * host still reads 1/hosts of the data that it wrote.
 */
export function rotationsOf(
  phases: readonly Pick<PhasePlan, "dataset" | "mix">[],
): readonly number[] {
  const writers = new Map<string, number>();
  return phases.map(({ dataset, mix }) => {
    const operations = mix.map(({ operation }) => operation);
    const writer = writers.get(dataset) ?? 0;
    const rotation = needsOf(operations) === "present" ? writer + 1 : 0;
    // The preparation writes removed files again.
    const removes = operations.every((one) => OPERATION[one].files === "removed");
    const writes = operations.some((one) => MODIFIES.has(one) || ALTERS_FILES.has(one));
    if (removes) writers.set(dataset, 0);
    else if (writes) writers.set(dataset, rotation);
    return rotation;
  });
}

/** Number of hosts that a plan needs: the largest number of one of its phases, at least 1. */
export function mostHosts({ phases }: { readonly phases: readonly { hosts?: number }[] }): number {
  return phases.reduce((most, { hosts = 1 }) => Math.max(most, hosts), 1);
}

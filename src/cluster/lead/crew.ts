import type { HostRecord } from "../../model/run/hosts.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { HostSession } from "../session.ts";

/** A host that joined, with the facts about it from before a run. */
export interface CrewHost {
  readonly rank: number;
  readonly name: string;
  /** Name of its folder: `03-node-3`. */
  readonly folderName: string;
  readonly session: HostSession;
  readonly record: HostRecord;
  /** Longest time without a message since the last call, nanoseconds; 0: it always answered. */
  readonly takeSilenceNs: () => number;
  /** The target with the path that it has on this host. */
  readonly targetOf: (target: TargetSpec) => TargetSpec;
}

/** The hosts of a command, for all its runs. */
export interface Crew {
  /** By rank. */
  readonly hosts: readonly CrewHost[];
  /** Hosts that did not join, and why. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly offline: boolean;
  /** Maximum difference between the first operations of two hosts; null: the default. */
  readonly maxStartSpreadNs: number | null;
}

/** Name of the folder of a host: `03-node-3`. Only characters that every file system has. */
export function folderNameOf(rank: number, name: string, hosts: number): string {
  const digits = String(Math.max(0, hosts - 1)).length;
  const plain = name.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 60);
  return `${String(rank).padStart(digits, "0")}-${plain}`;
}

/**
 * The hosts of a command that loads a target from several: `options.ts` reads them, `crew.ts` joins
 * them and asks for facts about them. Their sessions last as long as the command, for all its runs.
 * This file decides whether a command needs them; a command without hosts loads only it.
 */
import { UsageError } from "../../model/fault/errors.ts";
import { mostHosts } from "../../model/plan/part.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CommandContext } from "../command.ts";
import type { JoinedCrew } from "./crew.ts";
import type { HostOptions } from "./options.ts";

/** Options of a command that concern its hosts. */
interface CrewOptions {
  /** Null or absent: this host alone. */
  readonly hosts?: HostOptions | null;
  readonly offline: boolean;
  readonly quiet: boolean;
}

/** Facts about the runs of a command that decide how its hosts join. */
interface CrewNeeds {
  readonly plans: readonly Plan[];
  readonly targets: readonly TargetSpec[];
  /** Whether io_uring is probed. */
  readonly ring: boolean;
}

/**
 * Joins the hosts of a command; null if it loads from this host alone.
 *
 * @throws UsageError if a phase needs more hosts than are listed
 */
export async function crewOf(
  { plans, targets, ring }: CrewNeeds,
  { hosts = null, offline, quiet }: CrewOptions,
  context: CommandContext,
): Promise<JoinedCrew | null> {
  const needed = Math.max(1, ...plans.map(mostHosts));
  const listed = hosts === null ? 1 : hosts.addresses.length;
  if (needed > listed) {
    const taking = listed === 1 ? "1 takes" : `${listed} take`;
    throw new UsageError(
      `a phase needs ${needed} hosts, but ${taking} part; list them with --hosts`,
    );
  }
  if (hosts !== null && needed > hosts.minHosts) {
    throw new UsageError(
      `a phase needs ${needed} hosts, but --min-hosts lets the run start with ${hosts.minHosts}; ` +
        `raise it to ${needed}`,
    );
  }
  if (hosts === null) return null;
  const { joinCrew } = await import("./crew.ts");
  return joinCrew(hosts, { offline, quiet, ring, targets }, context);
}

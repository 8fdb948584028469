import type { Hall, HallOptions } from "../../../src/cluster/dial/hall.ts";
import { dialledAddresses } from "../../../src/cluster/host-list.ts";
import { join, type Roster } from "../../../src/cluster/roster.ts";
import type { HostSession } from "../../../src/cluster/session.ts";
import { JOIN } from "../options.ts";
import { type DialledAgent, GROUP, openHall, startAgent, type Way, wayTo } from "./group.ts";

/** Agents that have joined a coordinator in this process. */
export interface Crew {
  readonly hall: Hall;
  readonly roster: Roster;
  readonly sessions: readonly HostSession[];
  /** The session of rank 0. */
  readonly first: HostSession;
  readonly agents: readonly DialledAgent[];
  /** Ends the sessions and the group; resolves once all agents have ended. */
  end(): Promise<void>;
}

/** Waits until as many agents as a group has ranks have joined. */
export function joinAll(hall: Hall, size: number, joinTimeoutMs = 60_000): Promise<Roster> {
  return join(dialledAddresses(size), {
    ...{ ...JOIN, joinTimeoutMs, minHosts: size, onBegin: () => hall.begin() },
    connect: (address) => hall.channelOf(address.kind === "dialled" ? address.rank : -1),
  });
}

/** Opens a group, starts a process for each rank, and waits until all have joined. */
export async function gather(
  url: string,
  size: number,
  more: Partial<Way> = {},
  options: Partial<HallOptions> = {},
): Promise<Crew> {
  const hall = await openHall(url, GROUP, size, options);
  const agents = Array.from({ length: size }, (_, rank) =>
    startAgent(wayTo(url, GROUP, { rank, ...more })),
  );
  const roster = await joinAll(hall, size);
  const [first] = roster.sessions;
  if (first === undefined) throw new Error("no session");
  const all = Promise.all(agents.map(({ ended }) => ended));
  return {
    ...{ hall, roster, agents, first, sessions: roster.sessions },
    async end() {
      await roster.bye();
      await hall.close();
      await all;
    },
  };
}

import { inTime } from "../model/abort.ts";
import { PreflightError } from "../model/fault/errors.ts";
import { openChild } from "./carriers/child.ts";
import { openSsh, type SshPrograms } from "./carriers/ssh.ts";
import type { Channel } from "./channel.ts";
import { fewTrips } from "./clock.ts";
import { shown } from "./frames.ts";
import type { HostAddress } from "./host-list.ts";
import { type AbsentHost, absentRows, type JoinProgress } from "./join-progress.ts";
import { Beats } from "./pulse.ts";
import { type HostSession, Session } from "./session.ts";
import { Turns } from "./turns.ts";

/** Time for the other hosts once it is certain that too few join: ssh has given up by then. */
const LAST_CHANCE_MS = 15_000;
/** Time that agents have to end when the run does not begin. */
const DISMISS_MS = 2000;
/** Interval of the progress while hosts are awaited. */
const PROGRESS_MS = 1000;

/** The hosts that take part in a run. */
export interface Roster {
  /** The sessions by rank: in the order of the list, without the absent hosts. */
  readonly sessions: readonly HostSession[];
  readonly absent: readonly AbsentHost[];
  /** Number of different machines. */
  readonly machines: number;
  /** Names of hosts that are the same machine, one list per such machine. */
  readonly sameMachine: readonly (readonly string[])[];
  /** Ends all sessions; resolves once all agents have ended. */
  bye(): Promise<void>;
}

export interface JoinOptions extends SshPrograms {
  /** The run begins with at least this many. */
  readonly minHosts: number;
  readonly joinTimeoutMs: number;
  readonly assayVersion: string;
  readonly runId: string;
  readonly onState: (progress: JoinProgress) => void;
  readonly signal: AbortSignal;
  /** Opens the channel of a host; default: over ssh, or as a child process. */
  readonly connect?: (address: HostAddress) => Channel;
  /** Called when the hosts of the run are decided: from then on, no other one takes part. */
  readonly onBegin?: () => void;
  /** Whether agents wait in the queue of a scheduler; the deadline is counted from its end. */
  readonly isQueued?: () => boolean;
}

/**
 * Starts the agents of all hosts concurrently and waits until each has joined or failed, at most
 * until the deadline. Then estimates their clocks and gives them their ranks.
 * @throws PreflightError that names the hosts that are missing, if too few have joined
 */
export async function join(hosts: readonly HostAddress[], options: JoinOptions): Promise<Roster> {
  options.signal.throwIfAborted();
  const gathering = new Gathering(hosts, options);
  try {
    await gathering.wait();
    const sessions = await gathering.begin();
    return rosterOf(sessions, gathering.absent);
  } catch (error) {
    await gathering.dismiss(options.signal.aborted ? "the run was interrupted" : NOT_BEGUN);
    throw error;
  }
}

const NOT_BEGUN = "the run did not begin";

/** The hosts while they join. */
class Gathering {
  private readonly options: JoinOptions;
  private readonly sessions: readonly Session[];
  /** Hosts that have no name before they join, with their ranks. */
  private readonly dialled = new Map<Session, number>();
  private readonly joined = new Set<Session>();
  private readonly failed = new Map<Session, string>();
  private readonly settled = Promise.withResolvers<void>();
  private looking: NodeJS.Immediate | undefined;
  private deadlineMs: number;

  constructor(hosts: readonly HostAddress[], options: JoinOptions) {
    this.options = options;
    this.deadlineMs = performance.now() + options.joinTimeoutMs;
    const connect = options.connect ?? ((address) => connectTo(address, options));
    const { assayVersion } = options;
    const shared = { turns: new Turns(), beats: new Beats(), assayVersion };
    this.sessions = hosts.map((host) => {
      const session = new Session(host.name, connect(host), shared);
      if (host.kind === "dialled") this.dialled.set(session, host.rank);
      return session;
    });
    for (const session of this.sessions) {
      session.onPresence = (isPresent) => this.arrive(session, isPresent);
      if (session.isPresent) this.arrive(session, true);
      void session.lost.then((reason) => this.fail(session, reason));
    }
  }

  get absent(): readonly AbsentHost[] {
    return this.sessions.flatMap((session) => {
      const reason = this.failed.get(session);
      return reason === undefined ? [] : [{ name: session.name, reason }];
    });
  }

  /** Waits until no host is awaited, the deadline or an abort. */
  async wait(): Promise<void> {
    const { signal } = this.options;
    const onAbort = (): void => this.settled.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setInterval(() => this.look(), PROGRESS_MS);
    this.look();
    await this.settled.promise;
    clearInterval(timer);
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
    for (const session of this.waiting()) {
      this.fail(session, noHello(session, this.options.joinTimeoutMs));
    }
    if (this.joined.size < this.options.minHosts) throw this.tooFew();
  }

  /** Estimates the clocks of the hosts that have joined, and gives them their ranks. */
  async begin(): Promise<readonly HostSession[]> {
    const members = this.sessions.filter((session) => this.joined.has(session));
    this.options.onBegin?.();
    this.nameDialled(members);
    const trips = fewTrips(members.length);
    await Promise.allSettled(members.map(({ clock }) => clock.measure(undefined, trips)));
    const { signal, minHosts, runId } = this.options;
    signal.throwIfAborted();
    const present = members.filter((session) => this.joined.has(session));
    for (const session of present.filter(({ clock }) => !clock.estimated)) {
      this.fail(session, "did not respond to clock requests");
    }
    const ready = present.filter((session) => this.joined.has(session));
    if (ready.length < minHosts) throw this.tooFew();
    for (const [rank, session] of ready.entries()) {
      session.welcome({ rank, size: ready.length, runId });
    }
    for (const session of this.sessions) {
      if (!ready.includes(session)) void session.refuse("it joined too late, or was lost");
    }
    return ready;
  }

  /** Names the hosts that dialled in as they name themselves, and agents of one host by rank. */
  private nameDialled(members: readonly Session[]): void {
    const hosts = Map.groupBy(members, ({ hello }) => hello.hostName);
    for (const session of members) {
      const rank = this.dialled.get(session);
      if (rank === undefined) continue;
      const name = shown(session.hello.hostName);
      session.name = hosts.get(session.hello.hostName)?.length === 1 ? name : `${name}:${rank}`;
    }
  }

  /** Ends all sessions; does not wait long for agents that do not end. */
  async dismiss(message: string): Promise<void> {
    const ends = this.sessions.map((session) => session.refuse(message));
    await inTime(Promise.all(ends), DISMISS_MS, () => new Error("late")).catch(() => {});
  }

  private arrive(session: Session, isPresent: boolean): void {
    if (this.failed.has(session)) return;
    if (isPresent) this.joined.add(session);
    else this.joined.delete(session);
    // A thousand may arrive in one turn of the event loop.
    this.looking ??= setImmediate(() => {
      this.looking = undefined;
      this.look();
    });
  }

  private fail(session: Session, reason: string): void {
    if (this.failed.has(session)) return;
    this.joined.delete(session);
    this.failed.set(session, reason);
    if (this.sessions.length - this.failed.size < this.options.minHosts) {
      this.deadlineMs = Math.min(this.deadlineMs, performance.now() + LAST_CHANCE_MS);
    }
    this.look();
  }

  private waiting(): readonly Session[] {
    return this.sessions.filter(
      (session) => !this.joined.has(session) && !this.failed.has(session),
    );
  }

  private look(): void {
    const { isQueued, joinTimeoutMs } = this.options;
    if (isQueued?.() === true) this.deadlineMs = performance.now() + joinTimeoutMs;
    const waiting = this.waiting().map(({ name }) => name);
    const leftMs = Math.max(0, this.deadlineMs - performance.now());
    const { joined, sessions, absent } = this;
    this.options.onState({ joined: joined.size, total: sessions.length, waiting, absent, leftMs });
    if (waiting.length === 0 || leftMs === 0) this.settled.resolve();
  }

  private tooFew(): PreflightError {
    const { absent, joined, sessions } = this;
    const { minHosts } = this.options;
    const rows = absentRows(absent);
    const needed = minHosts === sessions.length ? "" : ` (--min-hosts ${minHosts})`;
    const counts = `${joined.size} of ${sessions.length} hosts joined${needed}`;
    return new PreflightError([`${counts}; nothing was written or measured`, ...rows].join("\n"));
  }
}

function connectTo(address: HostAddress, programs: SshPrograms): Channel {
  if (address.kind === "dialled") throw new Error(`${address.name} needs a server`);
  return address.kind === "local" ? openChild() : openSsh(address, programs);
}

/** Reason of a host that is still awaited at the deadline. */
function noHello(session: Session, timeoutMs: number): string {
  const absence = session.absence();
  if (absence !== null) return `${absence} within ${timeoutMs / 1000} s`;
  const words = session.channel.lastWords();
  const said = words === "" ? "it has written nothing" : `its last output: ${shown(words)}`;
  return `did not join within ${timeoutMs / 1000} s; ${said}`;
}

function rosterOf(sessions: readonly HostSession[], absent: readonly AbsentHost[]): Roster {
  const machines = Map.groupBy(sessions, ({ hello }) => hello.machine);
  const names = [...machines.values()].map((same) => same.map(({ name }) => name));
  return {
    sessions,
    absent,
    machines: machines.size,
    sameMachine: names.filter(({ length }) => length > 1),
    async bye() {
      await Promise.all(sessions.map((session) => session.bye()));
    },
  };
}

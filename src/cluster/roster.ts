import { inTime } from "../model/abort.ts";
import { PreflightError } from "../model/fault/errors.ts";
import { openChild } from "./carriers/child.ts";
import { openSsh, type SshPrograms } from "./carriers/ssh.ts";
import type { Channel } from "./channel.ts";
import { MAX_CONCURRENT, Turns } from "./clock.ts";
import { shown } from "./frames.ts";
import type { HostAddress } from "./host-list.ts";
import { type HostSession, Session } from "./session.ts";

/** Time for the other hosts once it is certain that too few join: ssh has given up by then. */
const LAST_CHANCE_MS = 15_000;
/** Time that agents have to end when the run does not begin. */
const DISMISS_MS = 2000;
/** Interval of the progress while hosts are awaited. */
const PROGRESS_MS = 1000;
/** Hosts that an error or a progress line names. */
const MAX_NAMED = 20;

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

/** A host that did not join, and why. */
interface AbsentHost {
  readonly name: string;
  readonly reason: string;
}

/** Hosts that have joined so far. */
export interface JoinProgress {
  readonly joined: number;
  readonly total: number;
  /** Names of the hosts that are awaited. */
  readonly waiting: readonly string[];
  readonly absent: readonly AbsentHost[];
  /** Time until the deadline. */
  readonly leftMs: number;
}

export interface JoinOptions extends SshPrograms {
  /** The run begins with at least this many. */
  readonly minHosts: number;
  readonly joinTimeoutMs: number;
  readonly assayVersion: string;
  readonly runId: string;
  readonly onState: (progress: JoinProgress) => void;
  readonly signal: AbortSignal;
  /** Opens the channel of a host, for tests. */
  readonly connect?: (address: HostAddress) => Channel;
}

/** Returns the progress as one line: `joined 7 of 8 (waiting for node-3, 41 s left)`. */
export function joinLine({ joined, total, waiting, leftMs }: JoinProgress): string {
  const joinedOf = `joined ${joined} of ${total}`;
  if (waiting.length === 0) return joinedOf;
  return `${joinedOf} (waiting for ${named(waiting)}, ${Math.ceil(leftMs / 1000)} s left)`;
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
  private readonly joined = new Set<Session>();
  private readonly failed = new Map<Session, string>();
  private readonly settled = Promise.withResolvers<void>();
  private deadlineMs: number;

  constructor(hosts: readonly HostAddress[], options: JoinOptions) {
    this.options = options;
    this.deadlineMs = performance.now() + options.joinTimeoutMs;
    const connect = options.connect ?? ((address) => connectTo(address, options));
    const { assayVersion } = options;
    const turns = new Turns(MAX_CONCURRENT);
    this.sessions = hosts.map(
      (host) => new Session(host.name, connect(host), { turns, assayVersion }),
    );
    for (const session of this.sessions) {
      session.arrived.then(
        () => this.arrive(session),
        (error: Error) => this.fail(session, error.message),
      );
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
    await Promise.allSettled(members.map(({ clock }) => clock.measure()));
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

  /** Ends all sessions; does not wait long for agents that do not end. */
  async dismiss(message: string): Promise<void> {
    const ends = this.sessions.map((session) => session.refuse(message));
    await inTime(Promise.all(ends), DISMISS_MS, () => new Error("late")).catch(() => {});
  }

  private arrive(session: Session): void {
    if (this.failed.has(session)) return;
    this.joined.add(session);
    this.look();
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
    const waiting = this.waiting().map(({ name }) => name);
    const leftMs = Math.max(0, this.deadlineMs - performance.now());
    const { joined, sessions, absent } = this;
    this.options.onState({ joined: joined.size, total: sessions.length, waiting, absent, leftMs });
    if (waiting.length === 0 || leftMs === 0) this.settled.resolve();
  }

  private tooFew(): PreflightError {
    const { absent, joined, sessions } = this;
    const { minHosts } = this.options;
    const rows = absent.slice(0, MAX_NAMED).map(({ name, reason }) => `  ${name}: ${reason}`);
    const more = absent.length - rows.length;
    if (more > 0) rows.push(`  and ${more} more`);
    const needed = minHosts === sessions.length ? "" : ` (--min-hosts ${minHosts})`;
    const counts = `${joined.size} of ${sessions.length} hosts joined${needed}`;
    return new PreflightError([`${counts}; nothing was written or measured`, ...rows].join("\n"));
  }
}

function connectTo(address: HostAddress, programs: SshPrograms): Channel {
  return address.kind === "local" ? openChild() : openSsh(address, programs);
}

/** Reason of a host that is still awaited at the deadline. */
function noHello(session: Session, timeoutMs: number): string {
  const words = session.lastWords();
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

function named(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const shownNames = names.slice(0, MAX_NAMED).join(", ");
  return more > 0 ? `${shownNames} and ${more} more` : shownNames;
}

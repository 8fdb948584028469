import { messageOf } from "../model/fault/errors.ts";
import { type Answer, type Call, type CallListeners, Calls } from "./calls.ts";
import type { Channel, Json } from "./channel.ts";
import { ClockRequests, EstimatedClock, type HostClock } from "./clock.ts";
import { shown } from "./frames.ts";
import { type Hello, PROTOCOL, parseAnyHello, parseFromAgent, type Welcome } from "./messages.ts";
import { type Beats, LOST_MISSED, type NowNs, SILENT_MISSED } from "./pulse.ts";
import type { Turns } from "./turns.ts";

/** `silent`: no message for 2 s; the host may come back. `lost`: the session has ended. */
export type HostState = "joined" | "silent" | "lost";

/** A change of a host's state. */
export interface StateChange {
  readonly state: HostState;
  /** The state before: `silent` before `joined` means that the host is back. */
  readonly before: HostState;
  /** Time since the last message before the change, nanoseconds. */
  readonly silentNs: number;
  /** Why the host is lost; null in another state. */
  readonly reason: string | null;
}

/** The coordinator's side of one host. */
export interface HostSession {
  /** Name as the user gave it; of a host that dialled in, the one that it has for itself. */
  readonly name: string;
  /** Place among the hosts that joined, from 0. */
  readonly rank: number;
  readonly hello: Hello;
  readonly clock: HostClock;
  readonly state: HostState;
  /** Resolves with the reason if the host is lost; stays pending after `bye`. */
  readonly lost: Promise<string>;
  onStateChange(listener: (change: StateChange) => void): void;
  /** Ends the session of a host that sent what it should not: it is lost for this reason. */
  drop(reason: string): void;
  /** Calls a method of the agent. */
  call(method: string, params: Json, on?: CallListeners): Call;
  /** Ends the session; resolves once the agent has ended. */
  bye(): Promise<void>;
}

export interface SessionOptions {
  /** Limit of concurrent clock estimates, for all sessions of a run. */
  readonly turns: Turns;
  readonly beats: Beats;
  /** Version of this assay, which the agent needs too. */
  readonly assayVersion: string;
  readonly nowNs?: NowNs;
}

/** The session of one host, from the start of its agent. */
export class Session implements HostSession {
  name: string;
  readonly clock: EstimatedClock;
  readonly lost: Promise<string>;
  /** Called when the agent greets, and when one has ended whose place another one may take. */
  onPresence: (isPresent: boolean) => void = () => {};
  readonly channel: Channel;
  rank = 0;
  private readonly assayVersion: string;
  private readonly nowNs: NowNs;
  private readonly calls: Calls;
  private readonly clockRequests: ClockRequests;
  private readonly listeners: ((change: StateChange) => void)[] = [];
  private readonly loss = Promise.withResolvers<string>();
  private readonly end = Promise.withResolvers<void>();
  private readonly endBeats: () => void;
  private greeting: Hello | null = null;
  private current: HostState = "joined";
  private leaving = false;
  private missed = 0;
  private lastNs: bigint;

  constructor(name: string, channel: Channel, options: SessionOptions) {
    const { turns, beats, assayVersion, nowNs = process.hrtime.bigint } = options;
    this.name = name;
    this.channel = channel;
    this.assayVersion = assayVersion;
    this.nowNs = nowNs;
    this.lastNs = nowNs();
    this.lost = this.loss.promise;
    this.calls = new Calls(this, (message) => channel.send(message));
    this.clockRequests = new ClockRequests(nowNs, (id) => channel.send({ type: "clock", id }));
    this.clock = new EstimatedClock(this, (ms) => this.clockRequests.read(ms), turns);
    this.endBeats = beats.listen(() => this.beat());
    channel.onVacated?.(() => this.vacate());
    channel.onMessage((message) => this.receive(message));
    channel.onClosed((why) => this.lose(why));
  }

  get isPresent(): boolean {
    return this.greeting !== null;
  }

  get hello(): Hello {
    if (this.greeting === null) throw new Error(`${this.name} has not joined yet`);
    return this.greeting;
  }

  get state(): HostState {
    return this.current;
  }

  /** Why the host has not joined yet; null: unknown. */
  absence(): string | null {
    return this.channel.absence?.() ?? null;
  }

  onStateChange(listener: (change: StateChange) => void): void {
    this.listeners.push(listener);
  }

  welcome(welcome: Welcome): void {
    this.rank = welcome.rank;
    this.channel.send({ type: "welcome", ...welcome });
  }

  /** Ends the session of a host that does not take part. `message`: why. */
  refuse(message: string): Promise<void> {
    return this.leave({ type: "refuse", message });
  }

  bye(): Promise<void> {
    return this.leave({ type: "bye" });
  }

  call(method: string, params: Json, on: CallListeners = {}): Call {
    return this.calls.begin(method, params, on);
  }

  private async leave(message: Json): Promise<void> {
    if (this.current !== "lost" && !this.leaving) {
      this.leaving = true;
      this.channel.send(message);
      this.channel.close();
      this.calls.lose("the session has ended");
    }
    await this.end.promise;
  }

  private beat(): void {
    this.channel.send({ type: "beat" });
    // The roster has a deadline for hosts that have not joined.
    if (this.greeting === null || this.leaving) return;
    this.missed++;
    if (this.missed === SILENT_MISSED) this.change("silent", null);
    if (this.missed === LOST_MISSED) this.drop("sent nothing for 10 s");
  }

  private receive(message: Json): void {
    const receivedNs = this.nowNs();
    const parsed = parseFromAgent(message);
    if (parsed === null) {
      this.rejectMessage(message);
      return;
    }
    if (parsed.type === "leave") {
      this.drop(parsed.message);
      return;
    }
    this.missed = 0;
    if (this.current === "silent") this.change("joined", null);
    this.lastNs = receivedNs;
    switch (parsed.type) {
      case "beat":
        break;
      case "hello":
        this.greet(parsed);
        break;
      case "clock":
        this.clockRequests.answer(parsed.id, parsed.atNs, receivedNs);
        break;
      default:
        this.answer(parsed, message);
    }
  }

  private answer(parsed: Answer, message: Json): void {
    try {
      if (!this.calls.answer(parsed) && !this.leaving) this.rejectMessage(message);
    } catch (error) {
      // The listener of the call did not accept its value.
      this.drop(messageOf(error));
    }
  }

  private greet({ type: _, ...hello }: { readonly type: "hello" } & Hello): void {
    if (hello.version !== this.assayVersion) this.turnAway(hello);
    else if (this.greeting === null) {
      this.greeting = hello;
      this.onPresence(true);
    } else if (this.greeting.incarnation !== hello.incarnation) {
      // The agent repeats its own until it is answered.
      if (this.channel.isFenced === true) this.greeting = hello;
      else this.drop("another agent answers in its place");
    }
  }

  private rejectMessage(message: Json): void {
    const other = this.greeting === null ? parseAnyHello(message) : null;
    if (other !== null && other.protocol !== PROTOCOL) this.turnAway(other);
    else
      this.drop(
        `sent something other than a message: ${shown(JSON.stringify(message).slice(0, 200))}`,
      );
  }

  private turnAway({ version, protocol }: { version: string; protocol: number }): void {
    const theirs = `${shown(version)} (protocol ${protocol})`;
    const ours = `${this.assayVersion} (protocol ${PROTOCOL})`;
    const remedy = "install the same version on all hosts";
    const message = `this host has assay ${theirs}, the coordinator ${ours}; ${remedy}`;
    this.channel.send({ type: "refuse", message });
    this.drop(`has assay ${theirs}, this host ${ours}; ${remedy}`);
  }

  private vacate(): void {
    this.greeting = null;
    this.missed = 0;
    this.onPresence(false);
  }

  drop(reason: string): void {
    this.lose(reason);
    this.channel.close();
  }

  private lose(reason: string): void {
    if (this.current === "lost") return;
    this.endBeats();
    this.clockRequests.stop();
    this.calls.lose(reason);
    this.end.resolve();
    if (this.leaving) {
      this.current = "lost";
      return;
    }
    this.loss.resolve(reason);
    this.change("lost", reason);
  }

  private change(state: HostState, reason: string | null): void {
    const before = this.current;
    this.current = state;
    const change = { state, before, reason, silentNs: Number(this.nowNs() - this.lastNs) };
    for (const listener of this.listeners) listener(change);
  }
}

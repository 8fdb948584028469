import { inTime } from "../model/abort.ts";
import {
  machineReason,
  messageOf,
  PreflightError,
  ScenarioError,
  UsageError,
} from "../model/fault/errors.ts";
import type { Channel, Json } from "./channel.ts";
import {
  type FailureKind,
  type FromCoordinator,
  type Hello,
  parseFromCoordinator,
  type Welcome,
} from "./messages.ts";

/** Time until `hello` is repeated; it doubles each time, because many hosts may be awaited. */
const HELLO_MS = 250;
const MAX_HELLO_MS = 2000;
/** Time that calls have to end once the session has ended. */
const GRACE_MS = 10_000;
/** Time that the last messages have to be written. */
const FLUSH_MS = 1000;

/** Everything that a method gets apart from its parameters. */
export interface CallContext {
  /** The place of this host in the run. */
  readonly welcome: Welcome;
  /** Aborted if the coordinator cancels the call, or the session ends. */
  readonly signal: AbortSignal;
  /** Reports a value to the coordinator. */
  event(value: Json): void;
  /** Sets the listener of values that the coordinator sends to this call. */
  onNote(listener: (value: Json) => void): void;
}

/** Reason of the abort of a call whose session has ended. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
}

/** A method of an agent. */
export type Handler = (params: Json, context: CallContext) => Promise<Json>;

interface Running {
  readonly abort: AbortController;
  readonly notes: Json[];
  note: ((value: Json) => void) | null;
  done: Promise<void>;
}

/**
 * Serves the coordinator until the session ends: `bye`, or why the coordinator is gone or does not
 * want this host. Then all calls are aborted and have 10 s to end. An abort of `signal` ends it,
 * too.
 */
export function serve(
  channel: Channel,
  hello: Hello,
  handlers: Readonly<Record<string, Handler>>,
  signal?: AbortSignal,
): Promise<"bye" | string> {
  const agent = new Agent(channel, handlers);
  signal?.addEventListener("abort", () => agent.leave("ended by a signal"), { once: true });
  return agent.serve(hello);
}

class Agent {
  private readonly channel: Channel;
  private readonly handlers: Readonly<Record<string, Handler>>;
  private readonly running = new Map<number, Running>();
  private readonly ended = Promise.withResolvers<string>();
  private place: Welcome | null = null;

  constructor(channel: Channel, handlers: Readonly<Record<string, Handler>>) {
    this.channel = channel;
    this.handlers = handlers;
  }

  async serve(hello: Hello): Promise<string> {
    let greeting: NodeJS.Timeout | undefined;
    const greet = (afterMs: number): void => {
      if (this.place !== null) return;
      this.channel.send({ type: "hello", ...hello });
      greeting = setTimeout(() => greet(Math.min(2 * afterMs, MAX_HELLO_MS)), afterMs);
    };
    const closed = new Promise<void>((resolve) => {
      this.channel.onClosed((why) => {
        this.ended.resolve(why);
        resolve();
      });
    });
    this.channel.onMessage((message) => this.receive(message));
    greet(HELLO_MS);
    const why = await this.ended.promise;
    clearTimeout(greeting);
    for (const { abort } of this.running.values()) abort.abort(new SessionEnded(why));
    const calls = [...this.running.values()].map(({ done }) => done);
    await settledWithin(Promise.all(calls), GRACE_MS);
    this.channel.close();
    await settledWithin(closed, FLUSH_MS);
    return why;
  }

  /** Ends the session with a message: another host must take over the data of this one. */
  leave(message: string): void {
    this.channel.send({ type: "leave", message });
    this.ended.resolve(message);
  }

  private receive(message: Json): void {
    const parsed = parseFromCoordinator(message);
    switch (parsed?.type) {
      case "welcome":
        this.place = parsed;
        break;
      case "refuse":
        this.ended.resolve(`the coordinator refused this host: ${parsed.message}`);
        break;
      case "bye":
        this.ended.resolve("bye");
        break;
      case "call":
        if (this.place === null) this.ended.resolve("the coordinator sent a call too early");
        else this.begin(parsed, this.place);
        break;
      case "note":
        this.note(parsed.id, parsed.value);
        break;
      case "cancel":
        this.running.get(parsed.id)?.abort.abort();
        break;
      default:
        this.ended.resolve("the coordinator sent something other than a message");
    }
  }

  private begin(
    { id, method, params }: Extract<FromCoordinator, { readonly type: "call" }>,
    place: Welcome,
  ): void {
    const abort = new AbortController();
    const call: Running = { abort, notes: [], note: null, done: Promise.resolve() };
    this.running.set(id, call);
    const context: CallContext = {
      welcome: place,
      signal: abort.signal,
      event: (value) => this.channel.send({ type: "event", id, value }),
      onNote(listener) {
        call.note = listener;
        for (const value of call.notes.splice(0)) listener(value);
      },
    };
    call.done = this.execute(id, method, params, context).finally(() => this.running.delete(id));
  }

  private async execute(
    id: number,
    method: string,
    params: Json,
    context: CallContext,
  ): Promise<void> {
    try {
      const handler = Object.hasOwn(this.handlers, method) ? this.handlers[method] : undefined;
      if (handler === undefined) throw new Error(`unknown method ${method}`);
      const value = await handler(params, context);
      this.channel.send({ type: "result", id, value });
    } catch (error) {
      const [kind, message] = failureOf(error, context.signal);
      this.channel.send({ type: "failure", id, kind, message: message.slice(0, 20_000) });
    }
  }

  private note(id: number, value: Json): void {
    const call = this.running.get(id);
    // The call may have ended while the note was under way.
    if (call === undefined) return;
    if (call.note === null) call.notes.push(value);
    else call.note(value);
  }
}

/** Waits until a promise is settled, at most `ms` milliseconds. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  await inTime(promise, ms, () => new Error("not in time")).catch(() => {});
}

/** Kind and message of an error; its type does not cross the connection. */
function failureOf(error: unknown, signal: AbortSignal): readonly [FailureKind, string] {
  if (signal.aborted && error === signal.reason) return ["aborted", messageOf(error)];
  if (error instanceof PreflightError) return ["preflight", error.message];
  if (error instanceof UsageError || error instanceof ScenarioError)
    return ["usage", error.message];
  const reason = machineReason(error);
  if (reason !== null) return ["preflight", reason];
  return ["internal", error instanceof Error ? (error.stack ?? error.message) : String(error)];
}

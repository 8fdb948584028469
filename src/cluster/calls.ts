import { PreflightError, UsageError } from "../model/fault/errors.ts";
import type { Json } from "./channel.ts";
import type { FailureKind, FromAgent, FromCoordinator } from "./messages.ts";

export interface CallListeners {
  /** Receives what the method reports while it is executed. */
  readonly event?: (value: Json) => void;
  /** Its abort asks the agent to end the call early; the result still arrives. */
  readonly signal?: AbortSignal;
}

/** A call that an agent executes. */
export interface Call {
  /** Rejects with the agent's error, or with {@link HostLost}. */
  readonly result: Promise<Json>;
  /** Sends a value to the method while it is executed. */
  note(value: Json): void;
}

/** A host refused a call; the message begins with its name. */
export class HostRefused extends PreflightError {
  /** The message without the name. */
  readonly reason: string;

  constructor(host: string, reason: string) {
    super(`${host}: ${reason}`);
    this.reason = reason;
  }
}

/** The session of a host ended before its call did. */
export class HostLost extends PreflightError {
  readonly host: string;
  readonly reason: string;

  constructor(host: string, reason: string) {
    super(`${host} was lost: ${reason}`);
    this.host = host;
    this.reason = reason;
  }
}

interface PendingCall {
  readonly event: ((value: Json) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  resolve(value: Json): void;
  reject(error: unknown): void;
}

/** Messages that answer a call. */
export type Answer = Extract<FromAgent, { readonly type: "event" | "result" | "failure" }>;

/** The calls of a session that are being executed. */
export class Calls {
  /** A host that dials in gets its name later. */
  private readonly host: { readonly name: string };
  private readonly send: (message: FromCoordinator) => void;
  private readonly pending = new Map<number, PendingCall>();
  private ids = 0;
  private lost: HostLost | null = null;

  constructor(host: { readonly name: string }, send: (message: FromCoordinator) => void) {
    this.host = host;
    this.send = send;
  }

  begin(method: string, params: Json, { event, signal }: CallListeners): Call {
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    // The caller may be waiting for other hosts when this one is lost.
    promise.catch(() => {});
    const id = this.ids++;
    const note = (value: Json): void => {
      if (this.pending.has(id)) this.send({ type: "note", id, value });
    };
    if (this.lost !== null) reject(this.lost);
    else if (signal?.aborted === true) reject(signal.reason);
    else {
      const cancel = (): void => this.send({ type: "cancel", id });
      signal?.addEventListener("abort", cancel, { once: true });
      const settled = (): void => {
        signal?.removeEventListener("abort", cancel);
        this.pending.delete(id);
      };
      promise.then(settled, settled);
      this.pending.set(id, { event, signal, resolve, reject });
      try {
        this.send({ type: "call", id, method, params });
      } catch (error) {
        reject(error);
      }
    }
    return { result: promise, note };
  }

  /** Passes an answer to its call. Returns false if there is no such call. */
  answer(message: Answer): boolean {
    const call = this.pending.get(message.id);
    if (call === undefined) return false;
    if (message.type === "event") {
      call.event?.(message.value);
      return true;
    }
    this.pending.delete(message.id);
    if (message.type === "result") call.resolve(message.value);
    else call.reject(this.errorOf(message.kind, message.message, call.signal));
    return true;
  }

  /** Rejects all calls, and those that follow. */
  lose(reason: string): void {
    this.lost ??= new HostLost(this.host.name, reason);
    for (const call of this.pending.values()) call.reject(this.lost);
  }

  private errorOf(kind: FailureKind, message: string, signal: AbortSignal | undefined): unknown {
    const text = `${this.host.name}: ${message}`;
    switch (kind) {
      case "preflight":
        return new HostRefused(this.host.name, message);
      case "usage":
        return new UsageError(text);
      case "internal":
        return new Error(text);
      case "aborted":
        return signal?.aborted === true ? signal.reason : new DOMException(text, "AbortError");
    }
  }
}

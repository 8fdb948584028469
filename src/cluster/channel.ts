/**
 * Several hosts, one run. The host that runs the command is the coordinator; on every other host it
 * starts `assay agent`, over OpenSSH or as a child process, and sends messages over its standard
 * input and output. Nothing here listens on a port, authenticates or encrypts: OpenSSH does. A
 * carrier (`carriers`) opens a `Channel` (this file) of JSON messages (`frames.ts`,
 * `messages.ts`). `session.ts` is the coordinator's side of a channel, `serve.ts` the agent's.
 * `roster.ts` joins the hosts of a run. In `link`, an agent reads and writes in a separate thread.
 */

/** A value that JSON keeps as it is. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Messages to and from one other process, in order. */
export interface Channel {
  /** Sends a message; does nothing once the channel is closed. */
  send(message: Json): void;
  /** Sets the listener of messages. Earlier messages are kept for it. */
  onMessage(listener: (message: Json) => void): void;
  /** Sets the listener of the end, which is called once. `why`: one sentence without a period. */
  onClosed(listener: (why: string) => void): void;
  /** Lets the other side end; a process that does not is killed after a grace period. */
  close(): void;
  /** Returns the end of the other side's stderr, without escape sequences; "" if it is empty. */
  readonly lastWords: () => string;
  /** Why nothing has arrived yet, a clause; null: unknown. */
  readonly absence?: () => string | null;
  /** Whether the carrier itself decides which process it belongs to, until the run begins. */
  readonly isFenced?: boolean;
  /** Sets the listener of a process that ends before the run, so that another one may come. */
  onVacated?(listener: () => void): void;
}

/** Keeps messages and the end of a channel until listeners are set. */
export class Inbox {
  private readonly early: Json[] = [];
  private listener: ((message: Json) => void) | null = null;
  private closed: ((why: string) => void) | null = null;
  private why: string | null = null;

  get ended(): boolean {
    return this.why !== null;
  }

  deliver(message: Json): void {
    if (this.ended) return;
    if (this.listener === null) this.early.push(message);
    else this.listener(message);
  }

  end(why: string): void {
    if (this.ended) return;
    this.why = why;
    this.closed?.(why);
  }

  onMessage(listener: (message: Json) => void): void {
    this.listener = listener;
    for (const message of this.early.splice(0)) listener(message);
  }

  onClosed(listener: (why: string) => void): void {
    this.closed = listener;
    if (this.why !== null) listener(this.why);
  }
}

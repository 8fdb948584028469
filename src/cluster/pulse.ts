import { type Channel, Inbox, isList, type Json } from "./channel.ts";

/** Interval of `beat`, in both directions. */
const BEAT_MS = 500;
/** Intervals without a message after which a host is silent: 2 s to 2.5 s. */
export const SILENT_MISSED = 5;
/**
 * Intervals without a message after which a host is lost, and the coordinator is gone for its
 * agent: 10 s. The agent ends then and leaves the data to another host for some seconds.
 */
export const LOST_MISSED = 20;

/**
 * The beat of all sessions of a run: a thousand messages of one turn of the event loop are one
 * write.
 */
export class Beats {
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;

  /** Calls a function at each beat until the function that is returned is called. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => {
      for (const one of [...this.listeners]) one();
    }, BEAT_MS).unref();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }
}

/** Nanoseconds of this host's monotonic clock. */
export type NowNs = () => bigint;

/**
 * The agent's side of a channel, which answers clock requests and sends a beat in each interval
 * without another message. It ends if the coordinator sends nothing for 10 s. Intervals are counted
 * instead of time, because a process that was stopped has not waited.
 */
export function withPulse(channel: Channel, nowNs: NowNs = process.hrtime.bigint): Channel {
  const inbox = new Inbox();
  let missed = 0;
  let sent = 0;
  const send = (message: Json): void => {
    sent++;
    channel.send(message);
  };
  const timer = setInterval(() => {
    if (sent === 0) channel.send({ type: "beat" });
    sent = 0;
    missed++;
    if (missed <= LOST_MISSED) return;
    end("the coordinator sent nothing for 10 s");
    channel.close();
  }, BEAT_MS);
  const end = (why: string): void => {
    clearInterval(timer);
    inbox.end(why);
  };
  channel.onMessage((message: Json) => {
    missed = 0;
    const atNs = nowNs();
    const { type, id } = keysOf(message);
    if (type === "beat") return;
    if (type === "clock" && id !== undefined) send({ type, id, atNs: String(atNs) });
    else inbox.deliver(message);
  });
  channel.onClosed(end);
  return {
    send,
    onMessage: (listener) => inbox.onMessage(listener),
    onClosed: (listener) => inbox.onClosed(listener),
    close() {
      clearInterval(timer);
      channel.close();
    },
    lastWords: () => channel.lastWords(),
  };
}

/** Keys of a message. The schema would take longer to load than a thread to start. */
function keysOf(message: Json): Readonly<Record<string, Json>> {
  return typeof message === "object" && message !== null && !isList(message) ? message : {};
}

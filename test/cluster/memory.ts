import { type Channel, Inbox, type Json } from "../../src/cluster/channel.ts";
import { frame } from "../../src/cluster/frames.ts";

/** Behavior of one direction of a connection in memory. */
export interface Way {
  /** Delay of a message, milliseconds. Messages stay in order unless `reorders`. */
  delayMs?: () => number;
  /** Whether a message is lost. */
  loses?: (message: Json) => boolean;
  reorders?: boolean;
}

/** Two ends of a connection in memory. */
export interface MemoryPair {
  readonly coordinator: Channel;
  readonly agent: Channel;
  /** Cuts the connection: nothing arrives any more, and no end is noticed. */
  cut(): void;
  /** Ends the connection for both. */
  end(why: string): void;
}

/** Connects two ends in this process. `up`: from the agent; `down`: from the coordinator. */
export function memoryPair(up: Way = {}, down: Way = {}): MemoryPair {
  const state = { cut: false };
  const coordinator = new Inbox();
  const agent = new Inbox();
  const end = (why: string): void => {
    coordinator.end(why);
    agent.end(why);
  };
  return {
    coordinator: endOf(coordinator, agent, down, state),
    agent: endOf(agent, coordinator, up, state),
    cut: () => {
      state.cut = true;
    },
    end,
  };
}

function endOf(own: Inbox, other: Inbox, way: Way, state: { cut: boolean }): Channel {
  const queue: (() => void)[] = [];
  let lastMs = 0;
  const later = (task: () => void): void => {
    const nowMs = performance.now();
    const dueMs = nowMs + (way.delayMs?.() ?? 0);
    lastMs = way.reorders === true ? dueMs : Math.max(lastMs, dueMs);
    queue.push(task);
    setTimeout(() => {
      // Timers of the same millisecond may be swapped; messages in order are not.
      const next = way.reorders === true ? task : queue.shift();
      if (!state.cut) next?.();
    }, lastMs - nowMs);
  };
  return {
    send(message) {
      if (own.ended || way.loses?.(message) === true) return;
      const line = frame(message);
      later(() => other.deliver(JSON.parse(line)));
    },
    onMessage: (listener) => own.onMessage(listener),
    onClosed: (listener) => own.onClosed(listener),
    close() {
      later(() => {
        other.end("closed by the other side");
        own.end("closed");
      });
    },
    lastWords: () => "",
  };
}

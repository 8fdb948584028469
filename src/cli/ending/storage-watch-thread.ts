import { readFileSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type SignalActions, signalActions } from "../../posix/process.ts";
import { CELL, type WatchWords } from "./storage-watch-cells.ts";

const { SIGINT, SIGTERM, SIGHUP, SIGQUIT } = constants.signals;

/** Signals with which a user or a supervisor ends a process; others wait for the main thread. */
const OBEYED = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

const LOOK_MS = 250;
/** Interval while signal actions are replaced: they are restored soon after a block. */
const SHORT_LOOK_MS = 50;
/** Longer than the interval between two beats of the main thread. */
const QUIET_MS = 750;
const SILENT_MS = 2000;
/** Until then, a signal from before the message is left to the main thread. */
const OBEY_MS = 4000;
const AGAIN_MS = 10_000;

/** Kernel functions in which a thread waits for something other than storage. */
const NOT_STORAGE = /pipe|partner|tty|unix|sock|skb|futex|poll|select|do_wait|sleep/;
/** Kernel function that waits for a FUSE server, which can hold even a killed process. */
const FUSE_WAIT = "request_wait_answer";

/** Kernel function that the main thread waits in; "" if unknown, null if it does not wait. */
function waitsIn(): string | null {
  const task = `/proc/self/task/${process.pid}`;
  try {
    const stat = readFileSync(`${task}/stat`, "latin1");
    const state = stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
    if (state !== "S" && state !== "D") return null;
    const wait = readFileSync(`${task}/wchan`, "latin1");
    if (NOT_STORAGE.test(wait)) return null;
    return wait === "0" ? "" : wait;
  } catch {
    return "";
  }
}

/** One period in which the main thread is blocked, from its detection to its end. */
class Blockage {
  private readonly actions: SignalActions | null;
  private readonly words: WatchWords | null;
  private reportedMs = 0;

  constructor(actions: SignalActions | null, words: WatchWords | null) {
    this.actions = actions;
    this.words = words;
  }

  goesOn(silentMs: number, wait: string): void {
    const late = silentMs >= OBEY_MS;
    const pending = this.actions?.pending();
    for (const signal of OBEYED) {
      if (late || pending?.has(signal) === false) this.actions?.setDefault(signal);
    }
    if (this.reportedMs === 0 || silentMs - this.reportedMs >= AGAIN_MS) {
      this.reportedMs = silentMs;
      this.report(Math.round(silentMs / 1000), wait);
    }
    if (late) this.actions?.takePending();
  }

  ends(): void {
    this.actions?.restore();
  }

  private report(seconds: number, wait: string): void {
    const { where = "the target", left = null } = this.words ?? {};
    const what = wait === "" ? "busy or waiting" : "waiting";
    const slow = wait === FUSE_WAIT ? ", or as soon as the FUSE server releases it" : "";
    const end =
      this.actions === null
        ? `Ctrl-C works when the storage responds, \`kill -9 ${process.pid}\` immediately`
        : `Ctrl-C exits immediately${slow}`;
    const rest = left === null ? "" : `; ${left}`;
    try {
      writeSync(
        2,
        `\nassay has been ${what} for the storage at ${where} (or other storage in use) for ` +
          `${seconds} s; ${end}${rest}\n`,
      );
    } catch {
      // Stderr is closed.
    }
  }
}

/** Watches the main thread. Touches no storage, so that storage cannot block it. */
function watch(cells: Int32Array): void {
  let words: WatchWords | null = null;
  let actions: SignalActions | null | undefined;
  let blockage: Blockage | null = null;
  let beat = -1;
  let quietMs = 0;
  const goesOn = (): void => {
    quietMs = 0;
    blockage?.ends();
    blockage = null;
    Atomics.store(cells, CELL.changed, 0);
    Atomics.notify(cells, CELL.changed);
  };
  for (;;) {
    // Counts looks instead of clock time: a stopped process or host has not waited for storage.
    const lookMs = blockage === null ? LOOK_MS : SHORT_LOOK_MS;
    const ended = Atomics.wait(cells, CELL.ended, 0, lookMs) !== "timed-out";
    const seen = Atomics.load(cells, CELL.beat);
    const wait = seen === beat && quietMs >= QUIET_MS ? waitsIn() : "";
    if (ended || seen !== beat || wait === null) {
      goesOn();
      if (ended) return;
      beat = seen;
      continue;
    }
    quietMs += lookMs;
    if (quietMs < SILENT_MS) continue;
    if (blockage === null) {
      Atomics.store(cells, CELL.changed, 1);
      words = newest(words);
      // Loaded only now: a thread that is ended while it loads koffi ends the process.
      actions ??= signalActions(OBEYED);
      blockage = new Blockage(actions, words);
    }
    blockage.goesOn(quietMs, wait);
  }
}

function newest(words: WatchWords | null): WatchWords | null {
  if (parentPort === null) return words;
  let last = words;
  for (;;) {
    const received = receiveMessageOnPort(parentPort);
    if (received === undefined) return last;
    last = received.message;
  }
}

watch(workerData);

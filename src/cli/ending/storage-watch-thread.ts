import { writeSync } from "node:fs";
import { constants } from "node:os";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type SignalActions, signalActions } from "../../posix/process.ts";
import { CELL, type WatchWords } from "./storage-watch-cells.ts";
import { PoolWaits, waitOf } from "./waits.ts";

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
/** Interval between two looks at asynchronous calls, which costs some 10 file reads. */
const POOL_LOOK_MS = 1000;
/** Longer than for the main thread, which still shows progress and handles Ctrl-C. */
const POOL_SILENT_MS = 5000;

/** Kernel function that waits for a FUSE server, which can hold even a killed process. */
const FUSE_WAIT = "request_wait_answer";

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
    const what = wait === "" ? "busy or waiting" : "waiting";
    const slow = wait === FUSE_WAIT ? ", or as soon as the FUSE server releases it" : "";
    const end =
      this.actions === null
        ? `Ctrl-C works when the storage responds, \`kill -9 ${process.pid}\` immediately`
        : `Ctrl-C exits immediately${slow}`;
    say(this.words, what, seconds, end);
  }
}

/** Prints that the command waits for storage, and how it can be ended. */
function say(words: WatchWords | null, what: string, seconds: number, end: string): void {
  const { where = "the target", left = null } = words ?? {};
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

/** Asynchronous calls that do not return: the main thread handles signals, but reports nothing. */
class PoolBlockage {
  private readonly waits = new PoolWaits();
  private nowMs = 0;
  private reportedMs = 0;

  look(cells: Int32Array, passedMs: number, words: () => WatchWords | null): void {
    const beforeMs = this.nowMs;
    this.nowMs += passedMs;
    if (Math.floor(beforeMs / POOL_LOOK_MS) === Math.floor(this.nowMs / POOL_LOOK_MS)) return;
    const { ms } = this.waits.look(this.nowMs);
    Atomics.store(cells, CELL.stuck, ms >= POOL_SILENT_MS ? 1 : 0);
    if (ms < POOL_SILENT_MS) {
      this.reportedMs = 0;
    } else if (this.reportedMs === 0 || ms - this.reportedMs >= AGAIN_MS) {
      this.reportedMs = ms;
      say(words(), "waiting", Math.round(ms / 1000), "Ctrl-C exits");
    }
  }
}

/** Watches the main thread. Touches no storage, so that storage cannot block it. */
function watch(cells: Int32Array): void {
  let words: WatchWords | null = null;
  let actions: SignalActions | null | undefined;
  let blockage: Blockage | null = null;
  const pool = new PoolBlockage();
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
    const wait = seen === beat && quietMs >= QUIET_MS ? waitOf(String(process.pid)) : "";
    if (ended || seen !== beat || wait === null) {
      const passedMs = quietMs + lookMs;
      goesOn();
      if (ended) return;
      beat = seen;
      pool.look(cells, passedMs, () => {
        words = newest(words);
        return words;
      });
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

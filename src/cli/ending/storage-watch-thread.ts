import { readFileSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type SignalActions, signalActions } from "../../posix/process.ts";
import { CELL, type WatchWords } from "./storage-watch-cells.ts";

const { SIGINT, SIGTERM, SIGHUP, SIGQUIT } = constants.signals;

/** Those by which a user or a supervisor ends a process; others wait for the main thread. */
const OBEYED = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

const LOOK_MS = 250;
/** While signals are changed: they are put back soon after the main thread goes on. */
const SHORT_LOOK_MS = 50;
/** Longer than the main thread takes between two beats. */
const QUIET_MS = 750;
const SILENT_MS = 2000;
/** A signal that came before the words is left to the main thread until then. */
const OBEY_MS = 4000;
const AGAIN_MS = 10_000;

/** Where the kernel lets a thread wait for anything but storage. */
const NOT_STORAGE = /pipe|partner|tty|unix|sock|skb|futex|poll|select|do_wait|sleep/;
/** Where it waits for a FUSE server, which can keep even a killed process. */
const FUSE_WAIT = "request_wait_answer";

/** What the main thread waits in, by the kernel's name; "": not known. Null: it does not wait. */
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

/** One silence of the storage, from when it is certain to when the main thread goes on. */
class Silence {
  private readonly actions: SignalActions | null;
  private readonly words: WatchWords | null;
  private saidMs = 0;

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
    if (this.saidMs === 0 || silentMs - this.saidMs >= AGAIN_MS) {
      this.saidMs = silentMs;
      this.say(Math.round(silentMs / 1000), wait);
    }
    if (late) this.actions?.takePending();
  }

  ends(): void {
    this.actions?.restore();
  }

  private say(seconds: number, wait: string): void {
    const { where = "the target", left = null } = this.words ?? {};
    const what = wait === "" ? "busy or waiting" : "waiting";
    const slow = wait === FUSE_WAIT ? ", or as soon as the FUSE server lets go of it" : "";
    const end =
      this.actions === null
        ? `Ctrl-C is obeyed when it responds, \`kill -9 ${process.pid}\` at once`
        : `Ctrl-C leaves at once${slow}`;
    const rest = left === null ? "" : `; ${left}`;
    try {
      writeSync(
        2,
        `\nassay has been ${what} for the storage at ${where} (or another that it uses) for ` +
          `${seconds} s; ${end}${rest}\n`,
      );
    } catch {
      // Nobody reads it.
    }
  }
}

/** Looks whether the main thread goes on; touches no storage, so that nothing holds it up. */
function watch(cells: Int32Array): void {
  let words: WatchWords | null = null;
  let actions: SignalActions | null | undefined;
  let silence: Silence | null = null;
  let beat = -1;
  let quietMs = 0;
  const goesOn = (): void => {
    quietMs = 0;
    silence?.ends();
    silence = null;
    Atomics.store(cells, CELL.changed, 0);
    Atomics.notify(cells, CELL.changed);
  };
  for (;;) {
    // Time is what was looked at: a process that is stopped, or a machine that is, has not waited.
    const lookMs = silence === null ? LOOK_MS : SHORT_LOOK_MS;
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
    if (silence === null) {
      Atomics.store(cells, CELL.changed, 1);
      words = newest(words);
      // Not before it is needed: a thread that is ended while it loads koffi ends the process.
      actions ??= signalActions(OBEYED);
      silence = new Silence(actions, words);
    }
    silence.goesOn(quietMs, wait);
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

/**
 * Early end of a command: signals, storage that does not respond, and the message about data left
 * in a target. Nothing here waits for storage or throws; only the caller's `leave` ends the
 * process. Read this file first. `storage-watch.ts` and its thread let Ctrl-C end a process whose
 * main thread is blocked.
 */
import { EXIT } from "../../model/fault/errors.ts";
import type { Interruptible } from "../command.ts";
import type { Console } from "../console.ts";
import { StorageWatch } from "./storage-watch.ts";

/** Ends the process immediately; `stuck`: one of its threads is known to be blocked. */
export type Leave = (code: number, stuck: boolean) => void;

/**
 * Signals with which a user, a terminal, a service manager or a batch system ends a process, and
 * all others that end it by default, except those of a failing instruction. Node does not receive
 * real-time signals.
 */
const SIGNALS: readonly NodeJS.Signals[] = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGXCPU",
  "SIGALRM",
  "SIGVTALRM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGPWR",
  "SIGIO",
  "SIGTRAP",
  "SIGABRT",
  "SIGSYS",
  "SIGSTKFLT",
  ...(isProfiled() ? [] : (["SIGPROF"] as const)),
];

/** Node's own profilers send SIGPROF for each sample. */
function isProfiled(): boolean {
  return /--(cpu-|heap-)?prof|--inspect/.test(
    `${process.execArgv.join(" ")} ${process.env.NODE_OPTIONS ?? ""}`,
  );
}

/** A soft CPU limit sends its signal every second; the second one is no request to exit now. */
const REPEATS: ReadonlySet<string> = new Set(["SIGXCPU"]);

/**
 * A supervisor such as `timeout` signals its child and then the child's whole group: the same
 * signal within this time of the first is the same request.
 */
const SAME_REQUEST_MS = 100;

/** Time to store results after the first signal while the storage of the data does not respond. */
const STUCK_ENDS_WITHIN_MS = 1000;

/** Time limit of a command without a duty after the first signal. */
const ENDS_WITHIN_MS = 1500;

/**
 * Handles signals: the first ends the command early and keeps its results, the second ends the
 * process immediately and reports data left in the target. `leave` ends the process.
 */
export function interruptible(console: Console, leave: Leave): Interruptible {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let first: { readonly name: string; readonly atMs: number } | null = null;
  const paths = new Set<string>();
  let watch: StorageWatch | null = null;
  let leftBehind: Interruptible["leftBehind"] = null;
  const state: Interruptible = {
    signal: controller.signal,
    get leftBehind() {
      return leftBehind;
    },
    set leftBehind(remedy) {
      leftBehind = remedy;
      watch?.tell([...paths], remedy?.() ?? null);
    },
    duty: null,
    endsWithinMs: ENDS_WITHIN_MS,
    stuck: false,
    watch(targets) {
      for (const { address } of targets) if ("path" in address) paths.add(address.path);
      if (paths.size === 0) return;
      watch ??= new StorageWatch();
      watch.tell([...paths], leftBehind?.() ?? null);
    },
    release() {
      clearTimeout(timer);
      watch?.close();
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
  function leaveNow(why: string): void {
    const left = state.leftBehind?.();
    console.error(left === undefined ? `\n${why}\n` : `\n${why}; ${left}\n`);
    leave(EXIT.interrupted, state.stuck);
  }
  function onSignal(name: NodeJS.Signals): void {
    const atMs = performance.now();
    if (first !== null) {
      const isSame = first.name === name && atMs - first.atMs < SAME_REQUEST_MS;
      if (!isSame && !REPEATS.has(name)) leaveNow("exited immediately");
      return;
    }
    first = { name, atMs };
    const { duty, endsWithinMs } = state;
    console.error(
      duty === null ? "\ninterrupted\n" : `\nstopping: ${duty()}; Ctrl-C again exits now\n`,
    );
    const late = `did not end within ${endsWithinMs / 1000} s, exited`;
    timer = setTimeout(() => leaveNow(late), endsWithinMs);
    if (watch?.isStuck() === true) {
      setTimeout(() => {
        if (watch?.isStuck() === true) leaveNow("the storage does not respond, exited");
      }, STUCK_ENDS_WITHIN_MS).unref();
    }
    controller.abort();
  }
  for (const name of SIGNALS) process.on(name, onSignal);
  return state;
}

/** Interruption state of a command that is called as a function: it handles no signals. */
export function uninterrupted(): Interruptible {
  const { signal } = new AbortController();
  const nothing = (): void => {};
  const state = { signal, leftBehind: null, duty: null, endsWithinMs: 0, stuck: false };
  return { ...state, watch: nothing, release: nothing };
}

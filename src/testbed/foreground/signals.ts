import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Caught termination signals. */
export interface Signals {
  readonly first: Promise<NodeJS.Signals>;
  /** Aborted by the first of them. */
  readonly signal: AbortSignal;
  /** Registers a callback for every signal; called immediately for an earlier one. */
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
}

/** Catches signals, so that one ends the started command before this process. */
export function catchSignals(): Signals {
  let listener: ((signal: NodeJS.Signals) => void) | null = null;
  let early: NodeJS.Signals | null = null;
  const abort = new AbortController();
  const first = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (listener === null) early = signal;
        else listener(signal);
        resolve(signal);
        abort.abort();
      });
    }
  });
  const onSignal: Signals["onSignal"] = (next) => {
    listener = next;
    if (early !== null) next(early);
  };
  return { first, signal: abort.signal, onSignal };
}

/** Exit code that a shell shows for a process ended by a signal. */
export function signalCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

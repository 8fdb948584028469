import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The signals that ask a process to end, caught. */
export interface Signals {
  readonly first: Promise<NodeJS.Signals>;
  /** Called for every signal from now on, and at once for one that came before. */
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
}

/** From here on a signal ends what was started, never this process before it. */
export function catchSignals(): Signals {
  let listener: ((signal: NodeJS.Signals) => void) | null = null;
  let early: NodeJS.Signals | null = null;
  const first = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (listener === null) early = signal;
        else listener(signal);
        resolve(signal);
      });
    }
  });
  const onSignal: Signals["onSignal"] = (next) => {
    listener = next;
    if (early !== null) next(early);
  };
  return { first, onSignal };
}

/** What a shell makes of a process that a signal ended. */
export function signalCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

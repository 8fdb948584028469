import { EXIT } from "../model/errors.ts";
import type { Console } from "./console.ts";

/** A run that can be interrupted, and what to say when it is left at once. */
export interface Interruptible {
  readonly signal: AbortSignal;
  /** Set while data of a run may lie in a target: how to remove it. */
  leftBehind: (() => string) | null;
  /** Gives the signals back. */
  release(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first signal ends the run early with what was measured; the second leaves at once and says
 * what is left. `leave` is how the process ends, handed in by the caller.
 */
export function interruptible(
  console: Console,
  leave: (code: number) => void,
  keepsData = false,
): Interruptible {
  const controller = new AbortController();
  const state: Interruptible = {
    signal: controller.signal,
    leftBehind: null,
    release() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
  function onSignal(): void {
    if (!controller.signal.aborted) {
      const data = keepsData ? "keeping its data" : "removing the data";
      console.error(`\nstopping: storing what was measured and ${data}; again to leave now\n`);
      controller.abort();
      return;
    }
    const left = state.leftBehind?.();
    console.error(left === undefined ? "\nleft at once\n" : `\nleft at once; ${left}\n`);
    leave(EXIT.interrupted);
  }
  for (const name of SIGNALS) process.on(name, onSignal);
  return state;
}

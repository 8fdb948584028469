import type { HostSession } from "../../src/cluster/session.ts";

/** Factor on the times that users are promised, for busy hosts. */
export const SLACK = 5;

/** Resolves with the milliseconds until the host has a state; fails after `limitMs`. */
export function stateWithin(session: HostSession, state: string, limitMs: number): Promise<number> {
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    const passed = (): number => performance.now() - beganMs;
    const timer = setInterval(() => {
      if (session.state !== state && passed() < limitMs) return;
      clearInterval(timer);
      if (session.state === state) resolve(passed());
      else reject(new Error(`not ${state} after ${limitMs} ms`));
    }, 1);
  });
}

/** Prints a time that a test measured. */
export function note(what: string, ms: number): void {
  process.stderr.write(`${what}: ${Math.round(ms)} ms\n`);
}

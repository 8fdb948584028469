import { expect } from "vitest";
import type { Json } from "../../../src/cluster/channel.ts";
import type { HostSession } from "../../../src/cluster/session.ts";

/** Begins a call that reports numbers until it is told to stop, and then checks them. */
export function ticking(session: HostSession) {
  const events: Json[] = [];
  let lastMs = performance.now();
  let gapMs = 0;
  const call = session.call("tick", null, {
    event(value) {
      events.push(value);
      gapMs = Math.max(gapMs, performance.now() - lastMs);
      lastMs = performance.now();
    },
  });
  return {
    events,
    /** Longest time without an event since the last call of this function, milliseconds. */
    gapMs() {
      const longest = Math.max(gapMs, performance.now() - lastMs);
      gapMs = 0;
      return longest;
    },
    async stop() {
      call.note("stop");
      const count = Number(await call.result);
      expect(events).toEqual(Array.from({ length: count }, (_, index) => index));
    },
  };
}

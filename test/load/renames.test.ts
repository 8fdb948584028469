import fc from "fast-check";
import { expect, test } from "vitest";
import { makeWork } from "../../src/load/work.ts";
import { phaseSetup } from "../../src/run/phase/setup.ts";
import { draws } from "../draws.ts";
import { filesOf, phasePlan } from "./support.ts";

const anyLoad = fc.record({
  files: fc.integer({ min: 1, max: 60 }),
  workers: fc.integer({ min: 1, max: 4 }),
  queueDepth: fc.integer({ min: 1, max: 40 }),
  access: fc.constantFrom("sequential" as const, "shuffled" as const),
});

const EPOCHS = 4;

test("no rename waits for another of its file, and each file is renamed once per epoch", () => {
  fc.assert(
    fc.property(anyLoad, ({ files, workers, queueDepth, access }) => {
      const mix = [{ operation: "rename", weight: 1 }] as const;
      const limit = { kind: "epochs", epochs: EPOCHS } as const;
      const dataset = filesOf(Array.from({ length: files }, () => 1));
      const counts = new Map<number, number>();
      for (let worker = 0; worker < workers; worker++) {
        const { source, slots } = makeWork({
          worker,
          setup: phaseSetup({
            phase: phasePlan({ mix, limit, access, workers, queueDepth }),
            ...{ threads: workers, depth: queueDepth, engine: "null", fallback: null, dataset },
            ...{ repetition: 1, seed: 11, generations: null, intervalNs: 1e9 },
            location: { kind: "memory", synthetic: null },
          }),
        });
        const own = Math.floor(files / workers);
        expect(slots.depth).toBe(Math.max(1, Math.min(queueDepth, Math.floor(own / 2))));
        // The first that was issued completes first.
        const inFlight: number[] = [];
        for (let slot = 0; source.next(slot); slot = (slot + 1) % slots.depth) {
          if (inFlight.length === slots.depth) inFlight.shift();
          const file = slots.file[slot] ?? -1;
          expect(inFlight).not.toContain(file);
          inFlight.push(file);
          counts.set(file, (counts.get(file) ?? 0) + 1);
        }
      }
      expect([...counts.values()]).toEqual(Array.from({ length: files }, () => EPOCHS));
    }),
    { numRuns: draws(100, 5000), seed: 23 },
  );
});

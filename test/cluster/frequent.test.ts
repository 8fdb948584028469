import fc from "fast-check";
import { expect, test } from "vitest";
import { isList, type Json } from "../../src/cluster/channel.ts";
import { phaseEvent } from "../../src/cluster/lead/phase-event.ts";
import { parseFromAgent } from "../../src/cluster/messages.ts";
import { PHASE } from "../../src/cluster/run-calls.ts";

// The most frequent messages are not parsed by the schemas; the result must be the same.

const junk = fc.jsonValue() as fc.Arbitrary<Json>;

test("beats and events are what the schema makes of them, and nothing else passes", () => {
  const id = fc.oneof(fc.integer({ min: -2 }), fc.double(), fc.constant(2 ** 53), junk);
  const type = fc.constantFrom("beat", "event", "result", "Beat", "");
  const message = fc.record({ type, id, value: junk, more: junk }, { requiredKeys: ["type"] });
  fc.assert(
    fc.property(fc.oneof(message, junk), (given) => {
      const found = parseFromAgent(given as Json);
      if (typeof given !== "object" || given === null || isList(given as Json)) {
        expect(found).toBe(null);
        return;
      }
      const { type: kind, id: number, value } = given as Record<string, Json | undefined>;
      const isValid =
        kind === "beat" ||
        ((kind === "event" || kind === "result") &&
          value !== undefined &&
          Number.isSafeInteger(number) &&
          Number(number) >= 0);
      if (!isValid) expect(found).toBe(null);
      else if (kind === "beat") expect(found).toEqual({ type: "beat" });
      else expect(found).toEqual({ type: kind, id: number, value });
    }),
    { numRuns: 2000 },
  );
});

test("events of a phase are what the schema makes of them, or refused as it does", () => {
  const cells = fc.oneof(
    junk,
    fc.array(junk),
    fc.constantFrom(10_000, 10_001).map((length) => Array.from({ length }, () => 1)),
  );
  const kind = fc.constantFrom("cells", "warning", "preparing", "other");
  const event = fc.record({ kind, cells, message: junk }, { requiredKeys: ["kind"] });
  fc.assert(
    fc.property(fc.oneof(event, junk), (given) => {
      const outcome = PHASE.event.safeParse(given);
      const parse = () => phaseEvent(given as Json, "node-3");
      if (outcome.success) expect(parse()).toEqual(outcome.data);
      else expect(parse).toThrow(/^node-3 sent an invalid message/);
    }),
    { numRuns: 500 },
  );
});

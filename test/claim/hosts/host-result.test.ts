import { expect, onTestFinished, test } from "vitest";
import { resultOf } from "../../../src/claim/evidence/host-result.ts";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { endOf, factsOf, hostOf, merged, timed, WIDTH_NS } from "../../run/hosts/support.ts";

test("the threads of a phase are those of each host", () => {
  const phase = timed(1);
  const measurement = merged(
    Array.from({ length: 8 }, () => hostOf({ intervals: [[1e6]] })),
    [0],
    { phase },
  );
  onTestFinished(() => measurement.close());
  const ends = Array.from({ length: 8 }, (_, place) => endOf(place, WIDTH_NS));
  const whole = mergeHosts(measurement, ends, factsOf(phase));
  const [first] = whole.hosts ?? [];
  if (first === undefined) throw new Error("the phase has hosts");
  expect(resultOf(whole, [first], undefined)).toMatchObject({ threads: whole.threads });
});

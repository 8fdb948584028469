import { expect, onTestFinished, test } from "vitest";
import { mergeHosts } from "../../../src/run/hosts/result.ts";
import { endOf, factsOf, hostOf, merged, timed, WIDTH_NS } from "./support.ts";

test("warnings of the only host of a phase are told with its name, without a count", () => {
  const phase = timed(2);
  const measurement = merged([hostOf({ intervals: [[1e6], [1e6]] })], [0], { phase });
  onTestFinished(() => measurement.close());
  const own = [
    { code: "steal", message: "CPU steal was 3%." },
    { code: "engine-fallback", message: "No io_uring." },
  ];
  const end = endOf(0, 2 * WIDTH_NS, { warnings: own }, { silentNs: 3e9 });
  const { warnings } = mergeHosts(measurement, [end], factsOf(phase));
  expect(warnings.map(({ message }) => message.split(". ")[0])).toEqual([
    "The host sent nothing for some time: a 3.0 s",
    "On a: CPU steal was 3%.",
    "On a: no io_uring.",
  ]);
});

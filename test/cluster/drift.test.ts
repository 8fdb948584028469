import { expect, test, vi } from "vitest";
import { measureDrift } from "../../src/cluster/lead/clocks.ts";
import type { CrewHost } from "../../src/cluster/lead/crew.ts";

function hostsOf(number: number, atNs: bigint) {
  const measure = vi.fn(async () => {});
  const clock = { estimate: { offsetNs: 0n, boundNs: 1, atNs }, measure };
  const hosts = Array.from(
    { length: number },
    () => ({ session: { clock } }) as unknown as CrewHost,
  );
  return { hosts, measure };
}

const S = 1_000_000_000n;

test.each([
  ["64 hosts, after any phase", 64, 1n * S, 64],
  ["65 hosts, after a phase of some seconds", 65, 10n * S, 0],
  ["65 hosts, after a longer phase", 65, 10n * S + 1n, 65],
])("the drift of clocks is measured: %s", async (_, number, ageNs, measured) => {
  const { hosts, measure } = hostsOf(number, 5n * S);
  await measureDrift(hosts, 5n * S + ageNs);
  expect(measure).toHaveBeenCalledTimes(measured);
});

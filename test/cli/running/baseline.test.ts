import { expect, test } from "vitest";
import { requireSameHosts } from "../../../src/cli/running/baseline.ts";
import { UsageError } from "../../../src/model/fault/errors.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { single } from "../../report/cases.ts";
import { hostRecord } from "../../run/hosts/support.ts";

const ONE = single();
const THREE: Run = { ...ONE, id: "three", hosts: [0, 1, 2].map((rank) => hostRecord(rank)) };

test("a baseline run has as many hosts as the run that is compared with it", () => {
  const check = (run: Run | null, hosts: number) =>
    requireSameHosts({ plans: [ONE.plan], baselineOf: () => run }, [ONE.target], hosts);
  expect(() => check(ONE, 3)).toThrow(UsageError);
  expect(() => check(ONE, 3)).toThrow(/it is of 1 host, this run of 3; name a run on as many/);
  expect(() => check(THREE, 1)).toThrow(/--baseline three: it is of 3 hosts, this run of 1;/);
  for (const [run, hosts] of [
    [ONE, 1],
    [THREE, 3],
    [null, 3],
  ] as const) {
    expect(() => check(run, hosts)).not.toThrow();
  }
});

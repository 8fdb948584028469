import type { Claim } from "../../src/model/claim/claim.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { VOLUME } from "../report/fixture.ts";

/** What was provisioned is delivered. */
export const CLAIM: Claim = {
  id: "test.provisioned",
  says: "A volume delivers what was provisioned.",
  role: "formula",
  scope: "client",
  when: null,
  side: { kinds: ["ebs-gp3"], workload: { operations: ["read", "write"], access: ["random"] } },
  over: null,
  between: null,
  varies: [],
  measure: { kind: "iops" },
  relation: ">=",
  value: "iops",
  low: null,
  high: null,
  unit: "IOPS",
  tolerance: 0.1,
  needs: {
    durationNs: 20e9,
    inFlightPerThousandIops: 1,
    uncached: true,
    initialised: true,
    sameZone: false,
    instance: "ebs",
    burst: "any",
    known: [],
    clients: "one",
  },
  source: { title: "Test", address: null, date: "2026" },
  until: null,
  examples: [],
  place: { file: "test.yaml", line: 1 },
};

const LARGE = { ebsBaselineIops: 100_000, ebsBaselineBytesPerSecond: 4e9 };
/** A volume on a machine that is no limit. */
export const TARGET: TargetSpec = { ...VOLUME, instance: LARGE };

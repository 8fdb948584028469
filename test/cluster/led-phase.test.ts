import { expect, test } from "vitest";
import { ledPhase, ownShare } from "../../src/cluster/lead/led-phase.ts";
import { refuseVerifiedWrites } from "../../src/cluster/lead/verified.ts";
import { PreflightError } from "../../src/model/fault/errors.ts";
import type { Plan } from "../../src/model/plan/plan.ts";
import { phasePlan } from "../load/support.ts";
import { plan } from "../scenario/support.ts";

test("an end that depends on the rate is left to the merge", () => {
  const window = { windowNs: 3e9, rangeShare: 0.1, slopeShare: 0.1, mostNs: 60e9 };
  const steady = phasePlan({ limit: { kind: "steady", ...window }, warmupAuto: true });
  expect(ledPhase(steady)).toEqual({
    ...steady,
    warmupAuto: false,
    limit: { kind: "duration", durationNs: 60e9 },
  });
});

test("hosts with separate storage share a count exactly, and each passes over its own data", () => {
  const limits = (phase: Parameters<typeof ownShare>[0]) =>
    [0, 1, 2].map((host) => ownShare(phase, { host, hosts: 3 }).limit);
  expect(limits(phasePlan({ limit: { kind: "operations", operations: 100 } }))).toEqual([
    { kind: "operations", operations: 34 },
    { kind: "operations", operations: 33 },
    { kind: "operations", operations: 33 },
  ]);
  expect(limits(phasePlan({ limit: { kind: "bytes", bytes: 100 } }))).toEqual([
    { kind: "bytes", bytes: 34 },
    { kind: "bytes", bytes: 33 },
    { kind: "bytes", bytes: 33 },
  ]);
  const pass = { kind: "epochs", epochs: 2 } as const;
  expect(limits(phasePlan({ limit: pass }))).toEqual([pass, pass, pass]);
});

const verified = (...phases: readonly string[]): Plan =>
  plan(`name: verified
datasets: { data: { count: 2, size: 1MiB }, other: { count: 2, size: 1MiB } }
defaults: { access: random, blockSize: 4KiB, dataset: data }
phases:
${phases.map((phase) => `  - { ${phase} }`).join("\n")}
`);

const CHECK = "name: check, operation: read, verify: true";
const WRITE = "name: write, operation: write";

test("several hosts do not verify blocks that they write", () => {
  for (const phases of [
    [CHECK, WRITE],
    [WRITE, CHECK],
    [`${CHECK}, hosts: 1`, WRITE],
  ]) {
    expect(() => refuseVerifiedWrites(verified(...phases), 2)).toThrow(PreflightError);
  }
  expect(() => refuseVerifiedWrites(verified(CHECK, WRITE), 2)).toThrow(
    "check: several hosts cannot verify blocks that write writes",
  );
  const mixed = "name: both, mix: { read: 50, write: 50 }, verify: true";
  expect(() => refuseVerifiedWrites(verified(mixed), 2)).toThrow(PreflightError);
});

test("verification is possible of prepared data, of other datasets, and on one host", () => {
  refuseVerifiedWrites(verified(CHECK), 8);
  refuseVerifiedWrites(verified(CHECK, `${WRITE}, dataset: other`), 8);
  refuseVerifiedWrites(verified(`${CHECK}, hosts: 1`, `${WRITE}, hosts: 1`), 8);
  refuseVerifiedWrites(verified(CHECK, WRITE), 1);
});

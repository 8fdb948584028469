import { expect, test } from "vitest";
import { loadCatalogue } from "../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../src/claim/index.ts";
import type { Claim } from "../../src/model/claim/claim.ts";
import type { Operation } from "../../src/model/plan/operation.ts";
import type { PhaseResult } from "../../src/model/run/run.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { linesOf, type Made, type MadeRun, madeRun } from "../truth/made-storage.ts";
import { TARGET } from "./example.ts";
import { sideOf } from "./sides.ts";

const { claims } = await loadCatalogue();
const ALL = claims.filter(({ measure }) => measure.kind === "errors");
/** Claims about several hosts have no verdict from a run on one: see `hosts/`. */
const ABOUT_FAILURES = ALL.filter(({ needs }) => needs.clients !== "many");

const BUCKET = { kind: "bucket", bucket: "b", prefix: "", region: "us-east-1", pathStyle: false };

function targetOf(claim: Claim): TargetSpec {
  const { kind, provisioned, instance } = sideOf(claim, claim.side);
  const address = kind === "s3" ? { address: BUCKET as TargetSpec["address"] } : {};
  return { ...TARGET, name: kind, kind, provisioned, instance, ...address };
}

function failed(code: string, count: number): Pick<PhaseResult, "errors"> {
  return { errors: [{ operation: "fetch", code, count, first: `it failed with ${code}` }] };
}

/** A phase that verifies what it reads, without a failure unless `more` has one. */
function phase(operation: Operation, more: Partial<PhaseResult> = {}, rate = 100): Made {
  const plan = { verify: true, access: "shuffled", workers: 4, queueDepth: 8 } as const;
  return { name: operation, operations: [operation], seconds: 30, rate, plan, more };
}

function verdictOf(claim: Claim, phases: readonly Made[]) {
  const one = madeRun(targetOf(claim), phases);
  return verify([claim], [one.run], linesOf([one]))[0];
}

/** A failure that is the storage's own, by the claim. */
function ownCode({ measure }: Claim): string {
  return (measure.kind === "errors" && measure.codes[0]) || "EIO";
}

test("the catalogue has claims that count failures", () => {
  const ids = (list: readonly Claim[]) => list.map(({ id }) => id);
  expect(ids(ABOUT_FAILURES)).toEqual(["guide.g06.file_system", "s3.consistency"]);
  const visible = ["guide.g06.visible.efs", "guide.g06.visible.lustre"];
  expect(ids(ALL.filter((claim) => !ABOUT_FAILURES.includes(claim)))).toEqual(visible);
});

test.each(ABOUT_FAILURES)("$id needs operations that completed to be supported", (claim) => {
  const outcome = (made: Made) => {
    const verdict = verdictOf(claim, [made]);
    return [verdict?.outcome, verdict?.reason.code];
  };
  expect(outcome(phase("fetch"))).toEqual(["supported", "agrees"]);
  const open = (code: string) => ["inconclusive", code];
  expect(outcome(phase("fetch", failed("AccessDenied", 5000), 0))).toEqual(open("errors"));
  expect(outcome(phase("fetch", {}, 0))).toEqual(open("errors"));
  expect(outcome(phase("fetch", failed("SlowDown", 1)))).toEqual(open("errors"));
  for (const state of ["failed", "partial", "running"] as const) {
    expect(outcome(phase("fetch", { state, reason: "x" }))).toEqual(open("incomplete"));
  }
  const { summaries } = verdictRun(claim);
  const unfinished = summaries.map((one) => ({ ...one, errors: 1, unfinished: 1 }));
  expect(outcome(phase("fetch", { summaries: unfinished }))).toEqual(open("errors"));
});

function verdictRun(claim: Claim): PhaseResult {
  const [result] = madeRun(targetOf(claim), [phase("fetch")]).run.phases;
  return result ?? expect.fail("nothing was made");
}

test.each(ABOUT_FAILURES)("$id is refuted by its own failure, whatever else happened", (claim) => {
  const own = failed(ownCode(claim), 1);
  for (const made of [
    phase("fetch", own),
    phase("fetch", own, 0),
    phase("fetch", { ...own, state: "failed", reason: "x" }),
    phase("fetch", { errors: [...own.errors, ...failed("SlowDown", 9).errors] }),
  ]) {
    expect(verdictOf(claim, [made])?.outcome).toBe("refuted");
  }
  // Neither a deeper phase, nor a longer one, nor a later repetition hides it.
  const deep: Made = {
    ...phase("fetch"),
    name: "deep",
    seconds: 90,
    plan: { verify: true, workers: 64 },
  };
  expect(verdictOf(claim, [deep, phase("fetch", own)])?.outcome).toBe("refuted");
  const bad = madeRun(targetOf(claim), [phase("fetch", { ...own, state: "failed", reason: "x" })]);
  const good = madeRun(targetOf(claim), [phase("fetch")], { seed: 2 });
  const both: readonly MadeRun[] = [bad, good];
  const found = verify(
    [claim],
    both.map(({ run }) => run),
    linesOf(both),
  );
  expect(found[0]?.outcome).toBe("refuted");
});

test("s3.consistency is about what was read: uploads and deletes do not support it", () => {
  const claim = ABOUT_FAILURES.find(({ id }) => id === "s3.consistency") ?? expect.fail();
  expect(verdictOf(claim, [phase("create")])).toBeUndefined();
  expect(verdictOf(claim, [phase("delete")])).toBeUndefined();
  const mixed = verdictRun(claim).summaries.map((one) => ({
    ...one,
    operation: "create" as const,
  }));
  const [all = expect.fail()] = verdictRun(claim).summaries;
  const none = { ...phase("create", { summaries: [all, ...mixed] }), name: "mix" };
  const mix = { ...none, operations: ["create", "fetch"] as const };
  expect(verdictOf(claim, [mix])).toMatchObject({
    outcome: "inconclusive",
    reason: { code: "errors", words: "no fetch or read completed" },
  });
});

test("G06: limits and settings of host, mount and quota are no lack of the file system", () => {
  const claim = ABOUT_FAILURES.find(({ id }) => id === "guide.g06.file_system") ?? expect.fail();
  const others = [
    ...["EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOENT"],
    ...["EEXIST", "ETIMEDOUT", "ESTALE", "EIO", "EINTR", "EAGAIN", "UNFINISHED", "ENOTCONN"],
  ];
  for (const code of others) {
    for (const operation of ["create", "list", "rename"] as const) {
      const verdict = verdictOf(claim, [phase("stat"), phase(operation, failed(code, 1))]);
      expect([code, verdict?.outcome]).toEqual([code, "inconclusive"]);
      expect(verdict?.reason.words).toContain(code);
    }
  }
  for (const code of ["ENOSYS", "EOPNOTSUPP", "ENOTSUP", "ECORRUPT"]) {
    const verdict = verdictOf(claim, [phase("stat"), phase("rename", failed(code, 1))]);
    expect([code, verdict?.outcome]).toEqual([code, "refuted"]);
  }
});

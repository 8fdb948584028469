import { describe, expect, test } from "vitest";
import { loadStatements } from "../../src/claim/statements.ts";
import type { Document } from "../../src/report/document.ts";
import { plain } from "../../src/report/document.ts";
import { findMeasure, matchesPhase } from "../../src/report/guide-measure.ts";
import { guideReport } from "../../src/report/guide-report.ts";
import { isNot } from "../../src/report/kind.ts";
import { bucket, failed, repeated, single } from "./cases.ts";
import { BUCKET, DIRECTORY, VOLUME } from "./fixture.ts";

const STATEMENTS = await loadStatements();

function records(document: Document): readonly Record<string, unknown>[] {
  const { columns, rows } = document.data;
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ key }, index) => [key, row[index]?.value ?? null])),
  );
}

const local = single(DIRECTORY, 2300, 410_000);
const remote = single(BUCKET, 3.2e6, 1300);

describe("the guide's table", () => {
  test("has every statement, and judges none", () => {
    const all = records(guideReport(STATEMENTS, [local, remote]));
    expect(new Set(all.map((row) => row.statement_id)).size).toBe(38);
    expect(new Set(all.map((row) => row.verdict))).toEqual(new Set(["not judged"]));
  });

  test("off AWS nothing is testable, and the first line says so", () => {
    const document = guideReport(STATEMENTS, [local, remote, bucket(), failed()]);
    const [first] = document.lead;
    expect(first?.kind === "paragraph" && plain(first.text)).toMatch(
      /^Nothing here is a statement about AWS/,
    );
    expect(new Set(records(document).map((row) => row.testable_on_target))).toEqual(
      new Set(["no"]),
    );
    const g12 = records(document).find((row) => row.statement_id === "G12");
    expect(g12?.testable_reason).toBe(
      "not testable on this target: a directory is not an EBS volume",
    );
  });

  test("on the declared volume it can be tested, and a bucket's statements cannot", () => {
    const all = records(guideReport(STATEMENTS, [single(VOLUME)]));
    const answer = (id: string): unknown =>
      all.find((row) => row.statement_id === id)?.testable_on_target;
    expect([answer("G12"), answer("G36"), answer("G15")]).toEqual(["yes", "no", "no"]);
  });

  test("each number names its run, phase and repetition; others say why there is none", () => {
    const runs = [local, remote, bucket(), failed()];
    const all = records(guideReport(STATEMENTS, runs));
    expect(all.some((row) => row.value !== null)).toBe(true);
    for (const row of all) {
      if (row.value === null) {
        expect(row.absent_reason).not.toBeNull();
        continue;
      }
      const run = runs.find((one) => one.id === row.run_id);
      const phase = run?.phases.find(
        (one) => one.phase.name === row.phase && one.repetition === row.repetition,
      );
      expect(phase).toBeDefined();
      expect(run?.target.name).toBe(row.target);
    }
    const silent = all.filter((row) => row.absent_reason === "no workload was run");
    expect(silent.some((row) => row.scenario === "sequential-read")).toBe(true);
  });

  test("without runs it says so and still lists the statements", () => {
    const document = guideReport(STATEMENTS, []);
    const [first] = document.lead;
    expect(first?.kind === "paragraph" && plain(first.text)).toContain("No run was given");
  });
});

describe("the run that counts", () => {
  test("is the latest of a scenario on a target", () => {
    const older = { ...local, id: "older", startedAt: "2026-11-19T00:00:00.000Z" };
    for (const runs of [
      [older, local],
      [local, older],
    ]) {
      const used = records(guideReport(STATEMENTS, runs)).map((row) => row.run_id);
      expect(used).toContain(local.id);
      expect(used).not.toContain("older");
    }
  });

  test("is a complete one before a later one that is not", () => {
    const used = records(guideReport(STATEMENTS, [single(), repeated()])).map((row) => row.run_id);
    expect(used).toContain(single().id);
    expect(used).not.toContain(repeated().id);
  });
});

describe("measures", () => {
  test("the highest or the lowest of the matching phases, of the median repetition", () => {
    const workload = { scenario: "s", phase: "*", measure: "bytes-per-second" } as const;
    const highest = findMeasure(bucket(), { ...workload, of: "highest" });
    const lowest = findMeasure(bucket(), { ...workload, of: "lowest" });
    expect(highest?.result.phase.name).toBe("download[partConcurrency=16]");
    expect(lowest?.result.phase.name).toBe("download[partConcurrency=4]");
    expect(findMeasure(repeated(), { ...workload, of: "highest" })?.result.repetition).toBe(1);
  });

  test("patterns: a star stands for any text, everything else for itself", () => {
    expect(matchesPhase("*[queueDepth=1]", "read[queueDepth=1]")).toBe(true);
    expect(matchesPhase("*[queueDepth=1]", "read[queueDepth=16]")).toBe(false);
    expect(matchesPhase("fetch", "prefetch")).toBe(false);
    expect(matchesPhase("*", "anything at all")).toBe(true);
    expect(matchesPhase("a.b", "axb")).toBe(false);
  });
});

test("within a service a kind is told from a kind, elsewhere from the service", () => {
  expect(isNot("ebs-gp2", ["ebs-gp3", "ebs-io2"])).toBe(
    "an EBS gp2 volume is neither an EBS gp3 volume nor an EBS io2 volume",
  );
  expect(isNot("directory", ["ebs-gp3", "ebs-io2"])).toBe("a directory is not an EBS volume");
  expect(isNot("minio", ["s3"])).toBe("a MinIO bucket is not an Amazon S3 bucket");
  expect(isNot("null", ["efs"])).toBe("the null target is not an EFS file system");
});

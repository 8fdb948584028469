import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadStatements, parseStatements } from "../../../src/claim/catalogue/statements.ts";
import type { Problem } from "../../../src/model/fault/errors.ts";
import { ScenarioError } from "../../../src/model/fault/errors.ts";
import { matchesPhase } from "../../../src/report/guide/measure.ts";
import { loadScenario } from "../../../src/scenario/index.ts";
import { resolveScenario } from "../../../src/scenario/shipped.ts";

const ONE = `statements:
  - id: G01
    statement: It is fast.
    services: [ebs]
    kinds: [ebs-gp3]
    testable: yes
    needs: A volume.
    derivation: { supported: It is fast., refuted: It is slow. }
    claims: [own.iops]
    workloads:
      - { scenario: random-read, phase: "*", measure: latency-p99, of: highest }
`;

function problemsOf(source: string): readonly Problem[] {
  try {
    parseStatements(source, "claims.yaml");
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

describe("the shipped statements", () => {
  test("are G01 to G38, in order", async () => {
    const ids = (await loadStatements()).map((statement) => statement.id);
    const expected = Array.from({ length: 38 }, (_, at) => `G${String(at + 1).padStart(2, "0")}`);
    expect(ids).toEqual(expected);
  });

  test("are one sentence each, and no two say the same", async () => {
    const statements = await loadStatements();
    for (const { statement, needs } of statements) {
      expect(statement).toMatch(/^[^\n]{20,110}\.$/);
      expect(needs).toMatch(/^[^\n]{20,110}\.$/);
    }
    expect(new Set(statements.map((one) => one.statement)).size).toBe(statements.length);
  });
});

describe("the workloads of the statements", async () => {
  const statements = await loadStatements();
  const workloads = statements.flatMap((statement) => statement.workloads);
  const scenarios = [...new Set(workloads.map((workload) => workload.scenario))];

  test.each(scenarios)(
    "%s is shipped, names the same statements and has every phase that is asked of it",
    async (name) => {
      const path = await resolveScenario(name);
      const { guide, phases } = await loadScenario(path, { env: {}, set: [] });
      const claimed = statements.filter((one) => one.workloads.some((w) => w.scenario === name));
      expect(guide).toEqual(expect.arrayContaining(claimed.map((one) => one.id)));
      for (const workload of workloads.filter(({ scenario }) => scenario === name)) {
        const found = phases.filter((phase) => matchesPhase(workload.phase, phase.name));
        expect(found, workload.phase).not.toEqual([]);
      }
    },
  );
});

describe("a derivation that does not fit is told with its place:", () => {
  test.each([
    ["half of it", ONE.replace(", refuted: It is slow.", ""), /`undecided` is missing/],
    ["a needless reason", ONE.replace(" }", ", undecided: No. }"), /both support and refute/],
    ["no claims", ONE.replace(/ {4}claims.*\n/, ""), /`claims` that carry it are missing/],
    [
      "claims of what is not decided",
      ONE.replace(/\{ supported.*slow\./, "{ undecided: No."),
      /what nothing supports or refutes/,
    ],
  ])("%s", (_, source, message) => {
    const problems = problemsOf(source);
    expect(problems).toMatchObject([{ line: 8, column: 5 }]);
    expect(problems[0]?.message).toMatch(message);
  });
});

describe("a file of statements", () => {
  test("is read as written", () => {
    expect(parseStatements(ONE, "claims.yaml")).toMatchObject([
      { id: "G01", testable: "yes", workloads: [{ measure: "latency-p99", of: "highest" }] },
    ]);
  });

  test.each([
    [
      "an unknown key",
      ONE.replace("needs:", "need: x\n    needs:"),
      7,
      5,
      /`need`; did you mean `needs`/,
    ],
    ["a wrong kind", ONE.replace("ebs-gp3", "gp3"), 5, 13, /ebs-gp3/],
    ["a wrong id", ONE.replace("G01", "1"), 2, 9, /id/],
    ["a wrong measure", ONE.replace("latency-p99", "speed"), 11, 55, /latency-p99/],
    ["a missing field", ONE.replace("    testable: yes\n", ""), 2, 5, /testable/],
    ["no statements", "statements: []\n", 1, 13, /`statements`: expected at least one/],
    ["another file", "name: random-read\n", 1, 1, /statements/],
  ])("%s is a problem with its place", (_, source, line, column, message) => {
    const problems = problemsOf(source);
    expect(problems.map((problem) => [problem.file, problem.line, problem.column])).toContainEqual([
      "claims.yaml",
      line,
      column,
    ]);
    expect(problems.map((problem) => problem.message).join("\n")).toMatch(message);
  });

  test("broken YAML is a problem with its place", () => {
    expect(problemsOf("statements: [\n  - {")).not.toEqual([]);
  });

  test("an id that is there twice is named", () => {
    const again = ONE.slice(ONE.indexOf("  - id"));
    expect(problemsOf(ONE + again)).toMatchObject([{ line: 12, column: 9, message: /twice/ }]);
  });

  test("all problems are reported at once, in file order", () => {
    const problems = problemsOf(ONE.replace("ebs-gp3", "gp3").replace("highest", "best"));
    expect(problems.map((problem) => problem.line)).toEqual([5, 11]);
  });

  test("comes from a path, and a missing one is named", async () => {
    const folder = await mkdtemp(join(tmpdir(), "assay-statements-"));
    try {
      const path = join(folder, "claims.yaml");
      await writeFile(path, ONE);
      expect(await loadStatements(path)).toHaveLength(1);
      const missing = join(folder, "missing.yaml");
      await expect(loadStatements(missing)).rejects.toThrow(
        `${missing}:1:1: no such file; check the path`,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

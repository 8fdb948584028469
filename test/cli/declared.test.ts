import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assay } from "./assay.ts";
import { freshBench } from "./bench.ts";

const { bench, remove } = freshBench();
afterAll(remove);

const SCENARIO = `name: reads
title: Random reads
datasets:
  data: { count: 1, size: 8MiB }
phases:
  - { name: read, operation: read, access: random, blockSize: 16KiB, workers: 2, queueDepth: 40,
      warmup: 0s, duration: 1s, cache: direct }
`;

/** A run on a directory that did not say what it is. */
let id = "";
beforeAll(async () => {
  const path = bench.scenario("reads", SCENARIO);
  const { code, stdout, stderr } = await assay(
    ["run", path, "-t", bench.target, "--name", "volume", "--offline", "-q", "--print", "path"],
    bench,
  );
  expect(code, stderr).toBe(0);
  id = stdout.trim().replace("results/", "");
});

const GP3 = ["--kind", "ebs-gp3", "--emulated", "--provisioned", "size=500GiB,iops=3000"];
const LABEL = "volume: kind ebs-gp3, size 500 GiB, iops 3,000, emulated";

describe("a run of an AWS kind without its facts", () => {
  const args = (...more: readonly string[]) => [
    ...["run", join(bench.cwd, "reads.yaml"), "-t", bench.target, "--kind", "ebs-gp3"],
    ...["--offline", "-q", "--print", "nothing", "--set", "duration=100ms", ...more],
  ];

  it("warns before the load which verdicts that costs, and how to declare the facts", async () => {
    const { stderr } = await assay(args("--emulated"), bench);
    expect(stderr).toMatch(
      /^warning: reads on target: undeclared facts leave [3-9] of \d verdicts on EBS gp3 inconcl/m,
    );
    expect(stderr).toContain("ebs.gp3.iops.provisioned");
    expect(stderr).toContain(
      "Declare them: --provisioned iops=…,throughput=… --instance …, now or after the run with " +
        "`assay verify`.",
    );
  });

  it("does not warn if the facts are declared, or there is no AWS kind", async () => {
    const facts = ["--provisioned", "iops=3000,throughput=125MiB/s", "--instance", "m6a.4xlarge"];
    const declared = await assay(args("--emulated", ...facts), bench);
    expect(declared.stderr).not.toContain("undeclared");
    const none = args().filter((word) => word !== "--kind" && word !== "ebs-gp3");
    expect((await assay(none, bench)).stderr).not.toContain("undeclared");
  });
});

describe("declarations after a run", () => {
  it("give verdicts that the run alone has not, each with the label", async () => {
    const before = await assay(["verify", id, "--print", "json"], bench);
    expect(before.code).toBe(4);
    expect(before.stdout).not.toContain("ebs.gp3");
    const after = await assay(["verify", id, ...GP3, "--print", "report"], bench);
    expect(after.stdout).toContain(`Declared after the run: ${LABEL}.`);
    expect(after.stdout).toContain("ebs.gp3.iops.provisioned");
    expect(after.stdout).toContain("at least 3,000 IOPS");
    const csv = await assay(["verify", id, ...GP3, "--format", "csv"], bench);
    const [, ...rows] = csv.stdout.trim().split(/\r?\n/);
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) expect(row).toContain("declared after the run: kind ebs-gp3");
    const screen = await assay(["verify", id, ...GP3, "--print", "summary"], bench);
    expect(screen.stdout.replaceAll(/\s+/g, " ")).toContain(`Declared After the run: ${LABEL}.`);
  });

  it("show in the reports of a run and of the guide, and are not stored", async () => {
    const report = await assay(["report", id, ...GP3], bench);
    expect(report.stdout).toContain(`Declared after the run: ${LABEL}.`);
    expect(report.stdout).toMatch(/\| iops +\| 3,000 +\| declared after the run +\|/);
    const guide = await assay(["report", "--guide", id, ...GP3], bench);
    expect(guide.stdout).toContain(`Declared after the run: ${LABEL}.`);
    const plain = await assay(["report", id], bench);
    expect(plain.stdout).not.toMatch(/after the run|gp3/);
  });

  it("come from a targets file by the name of the target", async () => {
    const path = join(bench.cwd, "targets.yaml");
    const write = (name: string, at: string) =>
      writeFileSync(
        path,
        `targets:\n  ${name}: { kind: ebs-gp3, path: ${at}, emulated: true, ` +
          "provisioned: { size: 500GiB, iops: 3000 } }\n",
      );
    write("volume", bench.target);
    const { stdout, stderr } = await assay(["verify", id, "--targets", path], bench);
    expect(stderr).toBe("");
    expect(stdout).toContain(`Declared after the run: ${LABEL}.`);
    write("volume", "/mnt/other");
    const elsewhere = await assay(["verify", id, "--targets", path], bench);
    expect(elsewhere).toMatchObject({ code: 2, stdout: "" });
    expect(elsewhere.stderr).toMatch(/has \/mnt\/other as volume/);
    write("another", bench.target);
    const none = await assay(["verify", id, "--targets", path], bench);
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toMatch(/has no target of these runs; expected volume, got another/);
  });
});

describe("declarations after a run", () => {
  it("name --kind if the run has none, and an instance type that assay does not know", async () => {
    const facts = ["--provisioned", "size=500GiB", "--instance", "m9z.huge"];
    const screen = async (...more: readonly string[]) => {
      const args = ["verify", id, ...facts, ...more, "--print", "summary"];
      return (await assay(args, bench)).stdout.replaceAll(/\s+/g, " ");
    };
    const without = await screen();
    expect(without).toContain("The storage type of volume is undeclared, so no claim about AWS");
    expect(without).toContain("add `--kind`, e.g. `--kind ebs-gp3`");
    expect(without).toContain("assay does not know instance type m9z.huge: verdicts that need its");
    const gp3 = await screen("--kind", "ebs-gp3", "--emulated");
    expect(gp3).not.toContain("--kind ebs-gp3");
    expect(gp3).toContain("assay does not know instance type m9z.huge");
    const known = await assay(["verify", id, ...GP3, "--instance", "m6a.4xlarge"], bench);
    expect(known.stdout).not.toMatch(/does not know|--kind/);
    const bare = await assay(["verify", id, "--kind", "ebs-gp3", "--emulated"], bench);
    expect(bare.stdout).toMatch(/`assay verify RUN --provisioned iops=…[^`]*`/);
  });

  it("are repeated in the next command that a report names", async () => {
    const { stdout } = await assay(["report", id, ...GP3, "--print", "summary"], bench);
    const [, wrapped = ""] = /Next +assay ([\s\S]*)/.exec(stdout) ?? [];
    const next = wrapped.trim().replaceAll(/\s+/g, " ");
    expect(next).toMatch(/^report \S+ --kind ebs-gp3 --provisioned \S+,iops=3000 --emulated$/);
    const again = await assay(next.split(/\s+/), bench);
    expect(again.stdout).toContain("Declared after the run: volume: ");
    const plainly = await assay(["report", id, "--print", "summary"], bench);
    expect(plainly.stdout).toMatch(/Next +assay report \S+\n/);
  });
});

describe("declarations after a run that do not fit", () => {
  it.each([
    [["--kind", "minio"], /its kind is directory, not minio/],
    [["--kind", "ebs-gp3", "--provisioned", "iops=7"], /3,000 to 80,000 IOPS/],
    [["--kind", "efs", "--provisioned", "iops=3000"], /EFS does not support `iops`/],
    [["--targets", "t.yaml", "--kind", "efs"], /--kind cannot be combined with --targets/],
    [["--kind", "gp3"], /ebs-gp3/],
  ])("are refused: %j", async (options, message) => {
    const { code, stdout, stderr } = await assay(["verify", id, ...options], bench);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("need a targets file for the runs of several targets, except for the instance", async () => {
    const path = bench.scenario("reads", SCENARIO);
    const other = await assay(
      ["run", path, "-t", "null:", "-q", "--print", "path", "--set", "duration=100ms"],
      bench,
    );
    const runs = [id, other.stdout.trim().replace("results/", "")];
    const refused = await assay(["verify", ...runs, ...GP3], bench);
    expect(refused.stderr).toMatch(
      /--kind applies to the runs of a single target, got volume, null/,
    );
    const instance = await assay(["verify", ...runs, "--instance", "m6a.4xlarge"], bench);
    expect(instance.stdout).toContain("Declared after the run: volume: instance type m6a.4xlarge.");
  });
});

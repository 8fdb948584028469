import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EXIT } from "../../src/model/fault/errors.ts";
import { RunStore } from "../../src/run/store/store.ts";
import { planHash } from "../../src/scenario/plan/hash.ts";
import { DIRECTORY, phasePlan, plan, run } from "../report/fixture.ts";
import { hostRecord } from "../run/hosts/support.ts";
import { labelsOf } from "../run/labels.ts";
import { assay } from "./assay.ts";

const RUN_ID = "20260101-000000-reads-target-0001";

/** Folders of the first two hosts of a run that ended before its first phase. */
function folders(size = 2): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const rank of [0, 1]) {
    const store = new RunStore(folder, { ...labelsOf(RUN_ID), folderName: `host-${rank}` });
    const planned = plan("reads", [phasePlan("read")]);
    const more = { hosts: [hostRecord(rank)], hostScope: "shared" } as const;
    const lost = { state: "partial", reason: "the coordinator was lost: closed" } as const;
    const hash = { planHash: planHash(planned, size) };
    store.save(run(RUN_ID, DIRECTORY, planned, [], { ...more, ...lost, ...hash }));
    store.close();
  }
  return folder;
}

test("merges folders, names the reason of a partial run, and never overwrites one", async () => {
  const folder = folders();
  const results = join(folder, "results");
  const hosts = [0, 1].map((rank) => join(folder, `host-${rank}`));
  const merged = await assay(["merge", ...hosts, "--results", results]);
  expect(merged).toMatchObject({ code: EXIT.machine, stderr: "" });
  expect(merged.stdout).toBe(
    `Merged 2 hosts into ${join(results, RUN_ID)}: ` +
      "partial (a: the coordinator was lost: closed)\n" +
      `Next  assay report ${join(results, RUN_ID)}\n`,
  );
  const stored = JSON.parse(readFileSync(join(results, RUN_ID, "run.json"), "utf8"));
  expect(stored).toMatchObject({ id: RUN_ID, state: "partial", hosts: [{ rank: 0 }, { rank: 1 }] });
  const again = await assay(["merge", ...hosts, "--results", results, "--print", "json"]);
  expect(again).toMatchObject({ code: EXIT.machine, stdout: "" });
  expect(again.stderr).toContain("the directory already exists; choose another directory");
});

test("the folder of the last host is missed", async () => {
  const folder = folders(3);
  const results = join(folder, "results");
  const hosts = [0, 1].map((rank) => join(folder, `host-${rank}`));
  const merged = await assay(["merge", ...hosts, "--results", results]);
  expect(merged).toMatchObject({ code: EXIT.machine, stderr: "" });
  expect(merged.stdout).toContain("partial (merged without rank 2)");
});

test("a run on one host is refused", async () => {
  const folder = folders();
  const store = new RunStore(folder, { ...labelsOf(RUN_ID), folderName: "alone" });
  store.save(run(RUN_ID, DIRECTORY, plan("reads", [phasePlan("read")]), []));
  store.close();
  const { code, stderr } = await assay(["merge", join(folder, "alone"), "--results", folder]);
  expect(code).toBe(EXIT.usage);
  expect(stderr).toContain("expected the folder of one host of a run, got a run on one host");
});

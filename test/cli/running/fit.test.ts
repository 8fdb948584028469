import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { mountMemory, smallFileSystem } from "../../storage/loop.ts";
import { scratch } from "../../storage/support.ts";
import { assay, onlyRun, runFolders, runIds } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

const MIB = 1024 ** 2;

const QUICK = ["--set", "duration=300ms", "--set", "warmup=0s", "-q", "--print", "nothing"];

/** Size and count of the first dataset of the only run. */
function chosen(results: string) {
  const { plan } = onlyRun(results);
  const [dataset] = plan.datasets;
  return {
    bytes: dataset?.size.kind === "fixed" ? dataset.size.bytes : null,
    count: dataset?.count,
    limitedBy: plan.autoAmounts?.[0]?.limitedBy,
  };
}

describe("sizes that fit", { tags: ["system"] }, () => {
  it.each([
    ["random-read", { bytes: 8 * MIB, count: 4, limitedBy: "space" }],
    ["volume-limits", { bytes: 8 * MIB, count: 4, limitedBy: "space" }],
    ["small-files", { bytes: 16_384, count: 2000, limitedBy: "space" }],
  ])("%s runs on a file system of 64 MiB", async (scenario, expected) => {
    const mounted = smallFileSystem(64);
    if (mounted === null) return;
    const bench = makeBench();
    const ended = await assay(["run", scenario, "-t", mounted, ...QUICK], bench);
    expect(ended.code, ended.stderr).toBe(0);
    expect(chosen(bench.results)).toEqual(expected);
    expect(runFolders(mounted)).toEqual([]);
  });

  it("fills at most 75% of a tmpfs of 1 GiB", async () => {
    const mounted = mountMemory("tmpfs", "size=1g");
    if (mounted === null) return;
    const bench = makeBench();
    const args = ["run", "random-read", "-t", mounted, "--set", "cache=warm", ...QUICK];
    const ended = await assay(args, bench);
    expect(ended.code, ended.stderr).toBe(0);
    expect(chosen(bench.results)).toMatchObject({ bytes: 128 * MIB, limitedBy: "space" });
  });

  it("refuses a given size before anything is written; the named --set runs", async () => {
    const mounted = smallFileSystem(64);
    if (mounted === null) return;
    const bench = makeBench();
    const args = ["run", "random-read", "-t", mounted, ...QUICK];
    const refused = await assay([...args, "--set", "datasets.data.size=1GiB"], bench);
    expect(refused.code).toBe(3);
    expect(runIds(bench.results)).toEqual([]);
    const [, setting = ""] = /; add --set (\S+), or free some space/.exec(refused.stderr) ?? [];
    expect(setting).toBe("datasets.data.size=8MiB");
    const ended = await assay([...args, "--set", setting], bench);
    expect(ended.code, ended.stderr).toBe(0);
    expect(chosen(bench.results)).toEqual({ bytes: 8 * MIB, count: 4, limitedBy: undefined });
  });

  it("reuses kept data of another size than the free space would now allow", async () => {
    const mounted = smallFileSystem(64);
    if (mounted === null) return;
    const bench = makeBench();
    const args = ["run", "random-read", "-t", mounted, ...QUICK];
    expect((await assay([...args, "--keep-data"], bench)).code).toBe(0);
    const kept = onlyRun(bench.results);
    const again = await assay([...args, "--reuse-data"], bench);
    expect(again.code, again.stderr).toBe(0);
    const reusing = onlyRun(bench.results);
    expect(reusing.id).not.toBe(kept.id);
    expect(reusing).toMatchObject({ reusedData: true, planHash: kept.planHash });
    expect(reusing.plan.autoAmounts?.[0]?.limitedBy).toBe("earlier");
  });
});

describe("space of data that --keep-data keeps", { tags: ["system"] }, () => {
  it("is counted for the later scenarios of the command, before anything is written", async () => {
    const mounted = smallFileSystem(64);
    if (mounted === null) return;
    const bench = makeBench();
    const paths = ["one", "two"].map((name) =>
      bench.scenario(name, readsFor(["100ms"]).replace("name: reads", `name: ${name}`)),
    );
    const args = ["run", ...paths, "-t", mounted, "--set", "datasets.data.size=16MiB"];
    expect((await assay([...args, "-q", "--results", scratch()], bench)).code).toBe(0);
    const ended = await assay([...args, "--keep-data"], bench);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(
      /two on \S+: dataset "data" needs 32\.3 MiB, but only \d+\.\d MiB are free besides 32\.0 MiB/,
    );
    expect(runIds(bench.results)).toHaveLength(1);
    expect(onlyRun(bench.results).plan.name).toBe("one");
  });
});

describe("sizes of a comparison of targets", { tags: ["system"] }, () => {
  it("are equal on all targets", async () => {
    const [small, large] = [smallFileSystem(64), smallFileSystem(256)];
    if (small === null || large === null) return;
    const bench = makeBench();
    const args = ["compare", "--interleave", "random-read", "-t", small, "-t", large];
    const ended = await assay([...args, "--rounds", "1", ...QUICK.slice(0, 5)], bench);
    expect(ended.stderr).not.toMatch(/not compared/);
    const sizes = runIds(bench.results).map((id) => {
      const { plan } = readStored(join(bench.results, id));
      return plan.datasets[0]?.size;
    });
    expect(sizes).toEqual(Array.from({ length: 2 }, () => ({ kind: "fixed", bytes: 8 * MIB })));
  });
});

function readStored(folder: string): Run {
  return JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as Run;
}

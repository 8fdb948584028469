import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startFaultyStore } from "../../storage/bucket/faulty-store.ts";
import { useKeys } from "../../storage/faulty-run.ts";
import { assay, runFolders } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

useKeys();

/** A target with the data of one kept run, and no results of it. */
async function withData() {
  const place = makeBench();
  const path = place.scenario("reads", readsFor(["100ms"]));
  const run = ["run", path, "-t", place.target, "-q", "--print", "nothing", "--keep-data"];
  expect((await assay(run, place)).code).toBe(0);
  const [folder = ""] = runFolders(place.target);
  return { place, folder, id: folder.replace("assay-", "") };
}

describe("assay clean with a run's name", () => {
  it("accepts the id and the name of the directory, with and without results", async () => {
    for (const form of ["id", "folder", "folder/"]) {
      const { place, folder, id } = await withData();
      const name = { id, folder, "folder/": `${folder}/` }[form] ?? "";
      const elsewhere = ["--results", join(place.target, "..", "none")];
      const clean = await assay(["clean", name, "-t", place.target, ...elsewhere], place);
      expect(clean, clean.stderr).toMatchObject({ code: 0 });
      expect(clean.stderr).toMatch(/removed [1-9]/);
      expect(runFolders(place.target)).toEqual([]);
      // Its results are there, so the run is known, although it has no data any more.
      expect((await assay(["clean", name, "-t", place.target], place)).code).toBe(0);
      expect((await assay(["clean", name], place)).code).toBe(0);
    }
  });

  it("refuses an unknown run on every kind of target, and cleans the others", async () => {
    const { place, folder, id } = await withData();
    await using store = await startFaultyStore();
    const bucket = ["-t", "s3://assay", "--endpoint", store.address.endpoint ?? ""];
    for (const target of [["-t", place.target], ["-t", "null:"], bucket]) {
      for (const name of ["nonsense", "assay-nonsense"]) {
        const clean = await assay(["clean", name, ...target], place);
        expect(clean, clean.stderr).toMatchObject({ code: 2, stdout: "" });
        expect(clean.stderr).toMatch(/^nonsense: there is no such run in /);
      }
    }
    const named = await assay(["clean", "nonsense", "-t", place.target], place);
    expect(named.stderr).toContain(`1 left data there: ${id}`);
    const both = await assay(["clean", "nonsense", folder, "-t", place.target], place);
    expect(both.code).toBe(2);
    expect(existsSync(join(place.target, folder))).toBe(false);
  });

  it("prints the outcome of each run as JSON", async () => {
    const { place, id } = await withData();
    const args = ["clean", "-t", place.target, "--print", "json"];
    const kept = JSON.parse((await assay(args, place)).stdout);
    expect(kept.runs).toMatchObject([{ run: id, target: "target", result: "kept" }]);
    const { code, stdout, stderr } = await assay([...args, "--kept"], place);
    const [run] = JSON.parse(stdout).runs;
    expect({ code, run }).toMatchObject({ code: 0, run: { run: id, result: "removed" } });
    expect(run.removedFiles).toBeGreaterThan(0);
    expect(run.removedBytes).toBeGreaterThan(0);
    for (const message of run.messages) expect(stderr).toContain(`${id}: ${message}\n`);
  });

  it("continues if one run cannot be cleaned", async () => {
    const { place, folder } = await withData();
    const odd = join(place.target, "assay-odd");
    mkdirSync(odd);
    cpSync(join(place.target, folder, "manifest.json"), join(odd, "manifest.json"));
    const clean = await assay(["clean", "odd", folder, "-t", place.target], place);
    expect(clean.code).toBe(3);
    expect(clean.stderr).toMatch(/odd: .* nothing was removed/);
    expect(runFolders(place.target)).toEqual(["assay-odd"]);
  });
});

describe("entries of others in the data of a run", () => {
  it("leaves entries of others and says the same at each call, until they are moved", async () => {
    const { place, folder, id } = await withData();
    const link = join(place.target, folder, "strange");
    symlinkSync("/etc/hosts", link);
    const all = ["clean", "-t", place.target, "--kept"];
    for (const args of [all, all, ["clean", id, "-t", place.target], all]) {
      const clean = await assay(args, place);
      expect(clean.code).toBe(3);
      expect(clean.stderr).toMatch(
        /holds data that (this run did not create|no manifest lists) \(strange\)/,
      );
      expect(clean.stderr).toContain("it was not removed; move it, then run `assay clean` again");
      expect(clean.stderr).not.toContain("nothing was removed");
      expect(readdirSync(join(place.target, folder))).toEqual(["strange"]);
    }
    unlinkSync(link);
    expect((await assay(all, place)).code).toBe(0);
    expect(runFolders(place.target)).toEqual([]);
  });
});

import { mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Asked, xml } from "../../engine/objects/object-store.ts";
import { type FaultyStore, startFaultyStore } from "../../storage/bucket/faulty-store.ts";
import { useKeys } from "../../storage/faulty-run.ts";
import { assay, runFolders } from "../assay.ts";
import { type Bench, makeBench } from "../bench.ts";

useKeys();

/** Where the data of a run lies, and the same kind of place without it. */
interface Elsewhere {
  readonly there: readonly string[];
  readonly other: readonly string[];
  readonly left: () => number;
}

function inDirectory(place: Bench): Elsewhere {
  const empty = join(place.cwd, "empty");
  mkdirSync(empty);
  const left = () => runFolders(place.target).length;
  return { there: ["-t", place.target], other: ["-t", empty], left };
}

function inBucket(store: FaultyStore): Elsewhere {
  const endpoint = ["--endpoint", store.address.endpoint ?? ""];
  const at = (name: string) => ["-t", `s3://${name}`, ...endpoint];
  const left = () => store.objects.size;
  return { there: at("assay/x"), other: at("assay/wrong"), left };
}

const OBJECTS =
  "name: s\ndatasets: { d: { count: 7, size: 4KiB } }\nphases:\n  - { name: io, " +
  "operation: fetch, dataset: d, duration: 100ms, warmup: 0s, workers: 1 }\n";

async function kept(where: readonly string[], place: Bench): Promise<string> {
  const args = [place.scenario("s", OBJECTS), "-q", "--print", "path", "--keep-data"];
  const ran = await assay(["run", ...args, ...where, "--offline"], place);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return basename(ran.stdout.trim());
}

describe("assay clean of a stored run, which does not find it", () => {
  it.each(["directory", "bucket"])("in another %s than the run's", async (kind) => {
    const place = makeBench();
    await using store = await startFaultyStore();
    await using twin = await startFaultyStore();
    const { there, other, left } = kind === "bucket" ? inBucket(store) : inDirectory(place);
    const id = await kept(there, place);
    const before = left();
    const twins = ["-t", "s3://assay/x", "--endpoint", twin.address.endpoint ?? ""];
    for (const target of [other, twins, ["-t", "null:"]]) {
      const clean = await assay(["clean", id, ...target], place);
      expect(clean, clean.stderr).toMatchObject({ code: 2, stdout: "" });
      expect(clean.stderr).toMatch(/no data found in .*: that run was on .*, not /);
      expect(left()).toBe(before);
    }
    expect(await assay(["clean", id, ...there], place)).toMatchObject({ code: 0 });
    expect(left()).toBe(0);
    // It is where the run worked, and nothing is there any more.
    const again = await assay(["clean", id, ...there], place);
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/no data of this run is in /),
    });
  });

  it("knows a directory by any of its paths", async () => {
    const place = makeBench();
    const id = await kept(["-t", place.target], place);
    const link = join(place.cwd, "link");
    symlinkSync(place.target, link);
    for (let time = 0; time < 2; time++) {
      expect(await assay(["clean", id, "-t", link], place)).toMatchObject({ code: 0 });
    }
    expect(runFolders(place.target)).toEqual([]);
  });
});

describe("assay clean where the manifest is gone", () => {
  it.each([
    ["objects", false],
    ["old versions", true],
  ])("where there are %s without a manifest", async (what, versioned) => {
    const place = makeBench();
    await using store = await startFaultyStore(versioned);
    const { there, left } = inBucket(store);
    const id = await kept(there, place);
    for (const key of store.objects.keys()) {
      if (key.endsWith("manifest.json")) store.objects.delete(key);
    }
    if (versioned) {
      const none = "<IsTruncated>false</IsTruncated>";
      const plain = (asked: Asked) => asked.what === "GET ?list-type" && asked.query.has("prefix");
      store.fault = (asked) => (plain(asked) ? xml("ListBucketResult", none) : null);
    }
    const nowhere = ["--results", join(place.cwd, "none")];
    for (const more of [[id, ...there], [id], [id, ...there, ...nowhere]]) {
      const clean = await assay(["clean", ...more], place);
      expect(clean, clean.stderr).toMatchObject({ code: 3, stdout: "" });
      expect(clean.stderr).toMatch(
        new RegExp(`s3://assay/x/assay-${id}/ holds ${what}.*at least [57],.*nothing was removed`),
      );
      expect(left()).toBe(7);
    }
    if (versioned) return;
    const all = await assay(["clean", ...there], place);
    expect(all, all.stderr).toMatchObject({ code: 3 });
    expect(all.stderr).toMatch(
      /s3:\/\/assay\/x\/assay-.* has no manifest, so its files are not known/,
    );
  });
});

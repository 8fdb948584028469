import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { FOREIGN, makeOwnFile, placeText, replaceText } from "../../../src/run/store/own-file.ts";
import { storeFile } from "../../../src/run/store/results-folder.ts";
import { RunStore } from "../../../src/run/store/store.ts";
import { scratch } from "../../storage/support.ts";
import { labelsOf } from "../labels.ts";

const BEFORE = process.env.TMPDIR;
afterEach(() => {
  if (BEFORE === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = BEFORE;
});

/** Every name that assay writes in the folder of a run. */
const WRITTEN = ["run.json", "intervals.csv", "latency.hlog", "reserve-1", "reserve-2"];
const LATER = ["reserve-rows", "report.md", "summary.csv", "thresholds.csv", "search.csv"];
const NAMES = [...WRITTEN, ...LATER, "run.json.new"];

/** What others put there instead; `foreign` is a file of theirs elsewhere. */
const PUT: Readonly<Record<string, (path: string, foreign: string) => void>> = {
  "a symbolic link": (path, foreign) => symlinkSync(foreign, path),
  "a link to nothing": (path, foreign) => symlinkSync(`${foreign}-missing`, path),
  "a hard link": (path, foreign) => linkSync(foreign, path),
  "a file of theirs": (path) => writeFileSync(path, "theirs"),
  "a directory": (path) => mkdirSync(path),
};

const CASES = NAMES.flatMap((name) =>
  Object.entries(PUT).map(([what, put]) => ({ name, what, put })),
);

function runOf(bytes: number): Run {
  return JSON.parse(JSON.stringify({ id: "run-1", reason: "x".repeat(bytes), warnings: [] }));
}

function look(path: string): unknown {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return null;
  const { ino, size, mtimeNs } = found;
  return { ino, size, mtimeNs, text: found.isFile() ? readFileSync(path, "utf8") : null };
}

describe("in the folder of a run", () => {
  test.each(CASES)("$what at $name is left as it is, and the run is stored", ({ name, put }) => {
    const base = scratch();
    process.env.TMPDIR = base;
    const foreign = join(base, "foreign");
    writeFileSync(foreign, "foreign");
    const store = new RunStore(join(base, "results"), labelsOf("run-1"));
    store.save(runOf(10));
    const path = join(store.folder, name);
    rmSync(path, { force: true });
    put(path, foreign);
    const before = [look(foreign), look(path)];
    // Beyond what was reserved, so that the reserve grows, and once more as at the end.
    store.save(runOf(2 ** 20));
    store.save(runOf(2 ** 20));
    store.close();
    for (const later of LATER.slice(1)) {
      try {
        storeFile(store, later, "report");
      } catch (error) {
        expect(error).toBeInstanceOf(PreflightError);
        expect(String(error)).toContain("was left alone");
        expect(later).toBe(name);
      }
    }
    expect([look(foreign), look(path)]).toEqual(before);
    expect(existsSync(`${foreign}-missing`)).toBe(false);
    const stored: Run = JSON.parse(readFileSync(join(store.folder, "run.json"), "utf8"));
    expect(stored.reason).toHaveLength(2 ** 20);
    // A run that could not be stored where it was to be says so.
    expect(store.failure === null).toBe(name !== "run.json");
    if (name === "run.json") expect(store.failure?.message).toContain("was left alone");
    // Nothing of ours is left over beside the files of the run.
    const own = readdirSync(join(base, "results", "run-1")).filter((one) => one !== name);
    expect(own.filter((one) => /reserve|\.new$/.test(one))).toEqual([]);
  });

  test.each(["a directory", "a link"])("%s in its place gets no report", (what) => {
    const base = scratch();
    const store = new RunStore(join(base, "results"), labelsOf("run-1"));
    store.save(runOf(10));
    store.close();
    renameSync(store.folder, `${store.folder}-moved`);
    const other = join(base, "other");
    mkdirSync(other);
    if (what === "a link") symlinkSync(other, store.folder);
    else renameSync(other, store.folder);
    expect(() => storeFile(store, "report.md", "report")).toThrow(PreflightError);
    expect(readdirSync(store.folder)).toEqual([]);
  });

  test("a run that was never stored takes away its own files alone", () => {
    const base = scratch();
    const empty = new RunStore(join(base, "results"), labelsOf("run-1"));
    empty.discard();
    empty.close();
    expect(existsSync(empty.folder)).toBe(false);
    const store = new RunStore(join(base, "results"), labelsOf("run-2"));
    const theirs = join(store.folder, "theirs");
    writeFileSync(theirs, "theirs");
    store.discard();
    store.close();
    expect(readdirSync(store.folder)).toEqual(["theirs"]);
  });
});

describe("a file of our own", () => {
  test.each(Object.entries(PUT))("is not made where %s is", (_, put) => {
    const base = scratch();
    const foreign = join(base, "foreign");
    writeFileSync(foreign, "foreign");
    const path = join(base, "own");
    put(path, foreign);
    const before = [look(foreign), look(path)];
    expect(() => makeOwnFile(path)).toThrow("EEXIST");
    expect(() => placeText(path, "text", null)).toThrow(expect.objectContaining({ code: FOREIGN }));
    expect([look(foreign), look(path)]).toEqual(before);
    expect(readdirSync(base).sort()).toEqual(["foreign", "own"]);
  });

  test.each(Object.entries(PUT))(
    "that replaces an earlier one writes through no link: %s",
    (what, put) => {
      const base = scratch();
      const foreign = join(base, "foreign");
      writeFileSync(foreign, "foreign");
      const path = join(base, "own");
      put(path, foreign);
      if (what === "a directory") expect(() => replaceText(path, "text")).toThrow("EISDIR");
      else {
        replaceText(path, "text");
        expect(readFileSync(path, "utf8")).toBe("text");
        expect(lstatSync(path).isFile()).toBe(true);
      }
      expect(readFileSync(foreign, "utf8")).toBe("foreign");
      expect(readdirSync(base).sort()).toEqual(["foreign", "own"]);
    },
  );
});

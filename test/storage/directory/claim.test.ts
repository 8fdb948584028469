import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { cleanTarget, findLeftovers, openTarget } from "../../../src/storage/index.ts";
import { HEARTBEAT_MS } from "../../../src/storage/ownership/lock.ts";
import {
  directorySpec,
  filesPlan,
  listener,
  openOptions,
  prepareOptions,
  rejection,
  scratch,
} from "../support.ts";

const plan = filesPlan();
const first = openOptions({ runId: "first", datasets: [plan] });
const second = openOptions({ runId: "second", datasets: [plan] });

/** Another process that opens the target, prepares the dataset and keeps running. */
async function otherProcess(path: string): Promise<ChildProcess> {
  const index = import.meta.resolve("../../../src/storage/index.ts");
  const script = `
    const { openTarget } = await import(${JSON.stringify(index)});
    const spec = ${JSON.stringify(directorySpec(path))};
    const session = await openTarget(spec, ${JSON.stringify(first)});
    const signal = new AbortController().signal;
    await session.prepare(${JSON.stringify(plan)}, "present", { progress() {}, signal });
    process.stdout.write("ready");
    setInterval(() => {}, 1000);
  `;
  const args = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout !== null) await once(child.stdout, "data");
  return child;
}

describe("two runs in one target", () => {
  test("reject the second while the first is active, which leaves nothing", async () => {
    const path = scratch();
    const spec = directorySpec(path);
    const child = await otherProcess(path);
    const error = await rejection(openTarget(spec, second));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(`run first is active in ${path} (process ${child.pid} on`);
    expect(readdirSync(path)).toEqual(["assay-first"]);
    child.kill("SIGKILL");
    await once(child, "close");
  });

  test("start after a kill -9 with a warning, and the rest can be cleaned up", async () => {
    const path = scratch();
    const spec = directorySpec(path);
    const child = await otherProcess(path);
    child.kill("SIGKILL");
    await once(child, "close");
    const { warnings, onWarning } = listener();
    const session = await openTarget(spec, { ...second, onWarning });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`\`assay clean first --target ${path}\` removes it`);
    expect(await findLeftovers(spec)).toMatchObject([
      { runId: "first", live: false },
      { runId: "second", live: true },
    ]);
    expect((await cleanTarget(spec, "first")).removedFiles).toBe(11);
    await session.clean();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("a run of another host", () => {
  /** A session of this process whose manifest names another host. */
  async function elsewhere(path: string) {
    const session = await openTarget(directorySpec(path), first);
    const manifest = join(path, "assay-first", "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace(/"bootId": ".*"/, '"bootId": "another"'));
    return { session, manifest };
  }

  test("is active while its manifest is updated", async () => {
    const path = scratch();
    const { session } = await elsewhere(path);
    const error = await rejection(openTarget(directorySpec(path), second));
    expect(error.message).toMatch(/run first is active/);
    await session.clean();
  });

  test("has ended if its manifest was not updated for a minute", async () => {
    const path = scratch();
    const { session, manifest } = await elsewhere(path);
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(manifest, longAgo, longAgo);
    const other = await openTarget(directorySpec(path), second);
    await other.clean();
    await session.clean();
  });

  test("updates its manifest's time without changing the content", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { session, manifest } = await elsewhere(scratch());
    const before = readFileSync(manifest, "utf8");
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(manifest, longAgo, longAgo);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    await expect.poll(() => lstatSync(manifest).mtimeMs).toBeGreaterThan(longAgo * 1000 + 30_000);
    expect(readFileSync(manifest, "utf8")).toBe(before);
    await session.clean();
  });
});

async function keptBy(path: string) {
  const session = await openTarget(directorySpec(path), first);
  const location = await session.prepare(plan, "present", prepareOptions());
  await session.keep();
  await session.close();
  const file = join(path, "assay-first", fileName(location, 0));
  return { file, inode: lstatSync(file).ino };
}

describe("kept data", () => {
  test("is used in place by a run with reuse", async () => {
    const path = scratch();
    const { file, inode } = await keptBy(path);
    const session = await openTarget(directorySpec(path), { ...second, reuse: true });
    expect(session.location).toMatchObject({ root: join(path, "assay-first") });
    expect(readdirSync(path)).toEqual(["assay-first"]);
    expect((await findLeftovers(directorySpec(path)))[0]).toMatchObject({ live: true, kept: true });
    await session.prepare(plan, "present", prepareOptions());
    expect(lstatSync(file).ino).toBe(inode);
    const report = await session.clean();
    expect(report.left[0]).toMatch(/is kept data of run first; `assay clean first` removes it/);
    await session.close();
    expect(existsSync(file)).toBe(true);
    expect((await cleanTarget(directorySpec(path), "first")).removedFiles).toBe(11);
    expect(readdirSync(path)).toEqual([]);
  });

  test("is ignored without a warning by a run without reuse", async () => {
    const path = scratch();
    await keptBy(path);
    const { warnings, onWarning } = listener();
    const session = await openTarget(directorySpec(path), { ...second, onWarning });
    expect(session.location).toMatchObject({ root: join(path, "assay-second") });
    expect(warnings).toEqual([]);
    await session.clean();
    expect(readdirSync(path)).toEqual(["assay-first"]);
  });

  test("is not used for other datasets", async () => {
    const path = scratch();
    await keptBy(path);
    const datasets = [filesPlan({ seed: 43 })];
    const session = await openTarget(directorySpec(path), { ...second, datasets, reuse: true });
    expect(session.location).toMatchObject({ root: join(path, "assay-second") });
    await session.clean();
  });

  test("is not used if its files changed, with a warning", async () => {
    const path = scratch();
    const { file } = await keptBy(path);
    appendFileSync(file, "more");
    const { warnings, onWarning } = listener();
    const options = { ...second, reuse: true, onWarning };
    const session = await openTarget(directorySpec(path), options);
    expect(session.location).toMatchObject({ root: join(path, "assay-second") });
    expect(warnings[0]).toMatch(/assay-first cannot be reused: dataset "files" has files that/);
    await session.clean();
  });

  test("is named by clean for a run that reused it", async () => {
    const path = scratch();
    await keptBy(path);
    const spec = directorySpec(path);
    const session = await openTarget(spec, { ...second, reuse: true });
    const report = await cleanTarget(spec, "second");
    expect(report.left[0]).toMatch(
      /run second has no data of its own: it reused the kept data of run first/,
    );
    await session.close();
  });
});

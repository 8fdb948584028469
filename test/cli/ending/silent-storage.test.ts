// @module-tag system
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, type TestContext } from "vitest";
import { type SlowMount, slowMount } from "../../storage/directory/slow-mount.ts";
import { assay, type Going, runFolders, startAssay, storedRun, until } from "../assay.ts";
import { type Bench, makeBench, manyFiles, readsFor } from "../bench.ts";
import { ENDS_WITHIN_MS } from "../scene.ts";

interface Scene {
  readonly bench: Bench;
  readonly mount: SlowMount;
}

interface Silent {
  readonly args: (scene: Scene) => readonly string[];
  /** Before the command: what is there. */
  readonly before?: (scene: Scene) => Promise<unknown>;
  /** When the storage falls silent; before the command starts unless set. */
  readonly once?: (scene: Scene) => boolean;
}

const MANY = 3000;
const WAITS = /waiting for the storage at \S+ \(or other storage in use\) for \d+ s; Ctrl-C exits/;

const on =
  (...words: readonly string[]) =>
  ({ bench, mount }: Scene) => [...words, "-t", mount.path, "--results", bench.results];
const run =
  (text: string, ...words: readonly string[]) =>
  (scene: Scene) =>
    on("run", scene.bench.scenario("scenario", text), "--offline", ...words)(scene);

/** Files of a run's dataset that are there. */
function filesIn({ mount }: Scene): number {
  const [folder = "none"] = runFolders(mount.backing);
  const data = join(mount.backing, folder, "data");
  return existsSync(data) ? readdirSync(data, { recursive: true }).length : 0;
}

/** Makes thousands of files take seconds, so that the storage falls silent among them. */
async function slowly({ mount }: Scene): Promise<void> {
  mount.setDelay(0.5);
}

async function keep(scene: Scene): Promise<void> {
  const ended = await assay(run(manyFiles(MANY, "100ms"), "--keep-data")(scene));
  expect(ended.code, ended.stderr).toBe(0);
  await slowly(scene);
}

const SILENT: Readonly<Record<string, Silent>> = {
  list: { args: on("list") },
  check: { args: ({ mount }) => ["check", "-t", mount.path, "--offline"] },
  "clean: finding runs": { args: on("clean") },
  "clean: removing": {
    before: keep,
    args: on("clean", "--kept"),
    once: (scene) => filesIn(scene) < MANY,
  },
  "run: opening": { args: run(readsFor(["60s"])) },
  "run: preparing": {
    before: slowly,
    args: run(manyFiles(MANY, "60s")),
    once: (scene) => filesIn(scene) > 100,
  },
  "run: the clean-up": {
    args: run(manyFiles(MANY, "100ms")),
    once: (scene) => storedRun(scene.bench.results)?.phases.length === 1 && filesIn(scene) < MANY,
  },
};

async function sceneOf(t: TestContext): Promise<Scene> {
  const mount = await slowMount({ attributesMs: 0, killable: true });
  return { bench: makeBench("memory"), mount: mount ?? t.skip() };
}

/** Starts a command and lets the storage fall silent under it. */
async function silenced(scene: Scene, { args, before, once }: Silent): Promise<Going> {
  await before?.(scene);
  if (once === undefined) scene.mount.stall();
  const going = startAssay(args(scene), scene.bench);
  if (once !== undefined) {
    await until("it is at work", () => once(scene), going);
    scene.mount.stall();
  }
  return going;
}

async function endsBy(going: Going, name: NodeJS.Signals): Promise<string> {
  const from = performance.now();
  going.send(name);
  const { code, signal, stderr } = await going.ended;
  expect(performance.now() - from).toBeLessThan(ENDS_WITHIN_MS);
  expect(signal ?? code, stderr).toBeOneOf([name, 130]);
  return stderr;
}

describe.each(Object.entries(SILENT))("storage that falls silent under %s", (name, silent) => {
  it("is said, and the first Ctrl-C ends the command", async (t) => {
    const scene = await sceneOf(t);
    const going = await silenced(scene, silent);
    await until("it is said", () => WAITS.test(going.stderr()), going);
    const stderr = await endsBy(going, "SIGINT");
    expect(stderr).not.toMatch(/internal error| {4}at /);
    if (/preparing|clean-up/.test(name))
      expect(stderr).toMatch(/data may be left.*`assay clean \S+/);
  });

  it("ends it also where the Ctrl-C came before it was said", async (t) => {
    const scene = await sceneOf(t);
    const going = await silenced(scene, silent);
    await sleep(silent.once === undefined ? 1000 : 300);
    going.send("SIGINT");
    // One that comes in the moment before a call blocks needs a second: see docs/reliability.md.
    const again = setTimeout(() => going.send("SIGINT"), ENDS_WITHIN_MS);
    const { code, signal, stderr } = await going.ended;
    clearTimeout(again);
    expect(signal ?? code, stderr).toBeOneOf(["SIGINT", 130]);
  });
});

describe("storage that falls silent", () => {
  it.for(["SIGTERM", "SIGHUP", "SIGQUIT"] as const)("lets %s end a command", async (name, t) => {
    const scene = await sceneOf(t);
    const going = await silenced(scene, { args: on("list") });
    await until("it is said", () => WAITS.test(going.stderr()), going);
    await endsBy(going, name);
  });

  it("and responds again: Ctrl-C stores and cleans as ever", async (t) => {
    const scene = await sceneOf(t);
    const going = await silenced(scene, { args: run(readsFor(["60s"])) });
    await until("it is said", () => WAITS.test(going.stderr()), going);
    scene.mount.resume();
    await until("a phase", () => going.stderr().includes("read-1: load started"), going);
    going.send("SIGINT");
    const { code, stderr } = await going.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("stopping: storing results");
    expect(runFolders(scene.mount.backing)).toEqual([]);
  });
});

it("a process that was stopped does not blame its storage", async () => {
  const bench = makeBench();
  const going = startAssay(["list", "-t", bench.target], bench);
  await sleep(200);
  going.send("SIGSTOP");
  await sleep(4000);
  going.send("SIGCONT");
  expect(await going.ended).toMatchObject({ code: 0, stderr: "" });
});

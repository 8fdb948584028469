// @module-tag system
import { existsSync, lstatSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PreflightError } from "../../src/model/fault/errors.ts";
import { cleanTarget, openTarget } from "../../src/storage/index.ts";
import { HEARTBEAT_MS } from "../../src/storage/ownership/lock.ts";
import type { CleanReport, TargetSession } from "../../src/storage/target/target.ts";
import { ATTACKS, CAN_MOUNT, makeWorld, PLAN, snapshot } from "./attacks.ts";
import { FOREIGN_FILES } from "./attacks-files.ts";
import { directorySpec, listener, openOptions, prepareOptions } from "./support.ts";

const OPTIONS = openOptions({ datasets: [PLAN] });
const usable = ATTACKS.filter(({ mounts }) => mounts !== true || CAN_MOUNT);

async function preparedWorld() {
  const world = makeWorld();
  const session = await openTarget(directorySpec(world.path), OPTIONS);
  onTestFinished(() => session.close().catch(() => {}));
  await session.prepare(PLAN, "present", prepareOptions());
  return { world, session };
}

/** Outcome of a step: a report, a value, or the message of its error. */
async function outcome(step: () => Promise<unknown>): Promise<unknown> {
  try {
    return await step();
  } catch (error) {
    expect(error).toBeInstanceOf(PreflightError);
    return error;
  }
}

function isReport(value: unknown): value is CleanReport {
  return typeof value === "object" && value !== null && "left" in value;
}

/** Checks that messages contain no `/proc/self/fd` path. */
function expectReadable(value: unknown): void {
  const text = value instanceof Error ? value.message : JSON.stringify(value ?? "");
  expect(text).not.toContain("/proc/");
}

/** Steps of a run that touch its files, tried after the attack. */
const STEPS: readonly (readonly [
  name: string,
  step: (session: TargetSession, path: string) => Promise<unknown>,
])[] = [
  ["the next phase", (session) => session.prepare(PLAN, "present", prepareOptions())],
  ["a phase that creates", (session) => session.prepare(PLAN, "absent", prepareOptions())],
  ["cleanup", (session) => session.clean()],
  ["keeping the data", (session) => session.keep().then(() => session.close())],
  [
    "`assay clean`",
    async (session, path) => {
      await session.close().catch(() => {});
      return cleanTarget(directorySpec(path), "run-1");
    },
  ],
];

describe.each(STEPS)("before %s", (name, step) => {
  test.each(usable)("$name: changes no foreign data", async (attack) => {
    const { world, session } = await preparedWorld();
    attack.run(world);
    const before = snapshot(world.outside);
    const came = await outcome(() => step(session, world.path));
    expect(snapshot(world.outside)).toEqual(before);
    expectReadable(came);
    if (attack.displaces !== true) return;
    if (name === "cleanup") {
      // Data that was already gone is not reported as removed.
      expect(came).toMatchObject({ incomplete: true });
      expect(isReport(came) && came.left.length).toBeGreaterThan(0);
    }
    if (name === "the next phase") expect(came).toBeInstanceOf(PreflightError);
  });

  test.each(FOREIGN_FILES)("$name: keeps the foreign data", async ({ put }) => {
    const { world, session } = await preparedWorld();
    const path = put(world);
    const data = readFileSync(path);
    const { mtimeMs, ino } = lstatSync(path);
    expectReadable(await outcome(() => step(session, world.path)));
    expect(readFileSync(path).equals(data)).toBe(true);
    expect(lstatSync(path)).toMatchObject({ mtimeMs, ino });
  });
});

describe.each(["present", "absent"] as const)("a dataset changed by a phase, made %s", (needs) => {
  test.each(FOREIGN_FILES)("$name: rejected, nothing replaced", async ({ name, put }) => {
    const { world, session } = await preparedWorld();
    session.changed(PLAN.name);
    const path = put(world);
    const data = readFileSync(path);
    const { mtimeMs, ino } = lstatSync(path);
    const came = await outcome(() => session.prepare(PLAN, needs, prepareOptions()));
    // Removing one of two names and rewriting the manifest change no data.
    const unlinked =
      name.includes("manifest") || (needs === "absent" && name.includes("hard link"));
    if (!unlinked) expect(came).toBeInstanceOf(PreflightError);
    expectReadable(came);
    expect(readFileSync(path).equals(data)).toBe(true);
    expect(lstatSync(path)).toMatchObject({ mtimeMs, ino });
  });
});

describe("a heartbeat", () => {
  const inPlace = usable.filter(({ name }) => /folder|manifest/.test(name));
  test.each(inPlace)("changes nothing if $name", async (attack) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { world } = await preparedWorld();
    attack.run(world);
    const before = snapshot(world.outside);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(snapshot(world.outside)).toEqual(before);
  });

  test("does not write to a hard link of a foreign file", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { world } = await preparedWorld();
    const linked = FOREIGN_FILES.find(({ name }) => name.startsWith("the manifest is a hard"));
    const path = linked?.put(world) ?? "";
    utimesSync(path, 1e9, 1e9);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lstatSync(path).mtimeMs).toBe(1e12);
  });
});

describe("kept data", () => {
  async function kept() {
    const { world, session } = await preparedWorld();
    await session.keep();
    await session.close();
    return world;
  }
  const reuse = { ...OPTIONS, runId: "run-2", reuse: true };

  // A link given as the target is followed.
  const below = usable.filter(({ name }) => name !== "the target directory is a symbolic link");

  test.each(FOREIGN_FILES)("is not reused if $name", async ({ name, put }) => {
    const world = await kept();
    const path = put(world);
    const data = readFileSync(path);
    const { warnings, onWarning } = listener();
    const session = await openTarget(directorySpec(world.path), { ...reuse, onWarning });
    onTestFinished(() => session.close().catch(() => {}));
    if (!name.includes("manifest")) {
      expect(session.reused).toBe(false);
      expect(warnings.join()).toContain("cannot be reused");
    }
    await session.clean();
    expect(readFileSync(path).equals(data)).toBe(true);
  });

  test.each(below)("is not followed elsewhere if $name", async (attack) => {
    const world = await kept();
    attack.run(world);
    const before = snapshot(world.outside);
    const came = await outcome(async () => {
      const session = await openTarget(directorySpec(world.path), reuse);
      onTestFinished(() => session.close().catch(() => {}));
      await session.prepare(PLAN, "present", prepareOptions());
      return session.clean();
    });
    expectReadable(came);
    expect(snapshot(world.outside)).toEqual(before);
  });

  test.each(FOREIGN_FILES)("is not changed, nor its foreign file, if $name", async ({ put }) => {
    const world = await kept();
    const path = put(world);
    const data = readFileSync(path);
    const session = await openTarget(directorySpec(world.path), reuse);
    await session.prepare(PLAN, "present", prepareOptions());
    await session.clean();
    await session.close();
    expect(readFileSync(path).equals(data)).toBe(true);
    expect(existsSync(join(world.path, "assay-run-2"))).toBe(false);
  });
});

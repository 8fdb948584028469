// @module-tag system
import { constants } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { findLeftovers, openTarget } from "../../../src/storage/index.ts";
import { mountMemory } from "../loop.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions, rejection } from "../support.ts";
import { slowMount } from "./slow-mount.ts";

const { EACCES, EIO, ENAMETOOLONG, ENOTCONN, ENOSYS, EBUSY } = constants.errno;
const PLAN = filesPlan();
const OPTIONS = openOptions({ datasets: [PLAN] });

describe("storage that fails one kind of request", () => {
  // The last error has no name.
  test.for([EACCES, EIO, 511])("reports error %i of open", async (number, { skip }) => {
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return skip();
    const session = await openTarget(directorySpec(mount.path), OPTIONS);
    mount.fail("open", number);
    const error = await rejection(session.prepare(PLAN, "present", prepareOptions()));
    mount.heal();
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(/cannot make durable .*assay-run-1\/files/);
    expect((await session.clean()).left).toEqual([]);
  });

  test.for([EIO, ENAMETOOLONG, ENOTCONN, 511])(
    "lists directories with error %i",
    async (number, { skip }) => {
      const mount = await slowMount({ attributesMs: 0 });
      if (mount === null) return skip();
      const spec = directorySpec(mount.path);
      const session = await openTarget(spec, OPTIONS);
      mount.fail("lookup", number);
      const found = await findLeftovers(spec, "look");
      mount.heal();
      expect(found.map(({ problem }) => problem)).toEqual([
        expect.stringMatching(/^cannot be read/),
      ]);
      expect(found[0]?.problem).not.toContain("/proc/");
      expect((await session.clean()).left).toEqual([]);
    },
  );

  test("continues if the space cannot be read", async ({ skip }) => {
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return skip();
    mount.fail("statfs", ENOSYS);
    const session = await openTarget(directorySpec(mount.path), OPTIONS);
    const location = await session.prepare(PLAN, "present", prepareOptions());
    await session.setCache?.(location, "dropped");
    expect(await session.clean()).toMatchObject({ removedFiles: 11, left: [] });
  });

  test("reports the own directory of a reusing run that cannot be removed", async ({ skip }) => {
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return skip();
    const spec = directorySpec(mount.path);
    const first = await openTarget(spec, OPTIONS);
    await first.prepare(PLAN, "present", prepareOptions());
    await first.keep();
    await first.close();
    mount.fail("rmdir", EBUSY);
    const second = await openTarget(spec, { ...OPTIONS, runId: "run-2", reuse: true });
    mount.heal();
    const own = join(mount.path, "assay-run-2");
    const clean = `\`assay clean run-2 --target ${mount.path}\` removes it`;
    const { left, incomplete } = await second.clean();
    expect(incomplete).toBe(true);
    expect(left[0]).toContain(`${own} could not be removed: the file or device is in use`);
    expect(left[0]).toContain("(EBUSY)");
    expect(left[0]).toContain(clean);
    expect((await rejection(second.keep())).message).toContain(clean);
    await second.close();
  });
});

test("writes a dataset to a file system that does not count its space", async ({ skip }) => {
  const path = mountMemory("ramfs", "mode=755");
  if (path === null) return skip();
  const session = await openTarget(directorySpec(path), OPTIONS);
  await session.prepare(PLAN, "present", prepareOptions());
  expect((await session.clean()).left).toEqual([]);
});

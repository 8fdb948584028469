import { expect, test } from "vitest";
import { cleanTarget, findLeftovers, openTarget } from "../../src/storage/index.ts";
import { filesPlan, openOptions, prepareOptions } from "./support.ts";

test("lays datasets out without storage and has nothing to clean up", async () => {
  const spec = {
    name: "null",
    kind: "null",
    address: { kind: "memory", synthetic: null },
    provisioned: {},
  } as const;
  const plan = filesPlan({ count: 3 });
  const session = await openTarget(spec, openOptions({ datasets: [plan] }));
  const location = await session.prepare(plan, "present", prepareOptions());
  expect(session.location).toEqual({ kind: "memory", synthetic: null });
  expect(location).toMatchObject({ count: 3, totalBytes: 15_000 });
  // No step for a page cache that data of this target never pass.
  expect(session.setCache).toBeUndefined();
  expect(await session.clean()).toEqual({ removedFiles: 0, removedBytes: 0, left: [] });
  await session.keep();
  await session.close();
  const nothing = { removedFiles: 0, removedBytes: 0, left: [], absent: true };
  expect(await cleanTarget(spec, "run-1")).toEqual(nothing);
  expect(await findLeftovers(spec)).toEqual([]);
});

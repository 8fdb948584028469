import { describe, expect, test } from "vitest";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { refusal } from "../../engine/objects/object-store.ts";
import { useKeys } from "../faulty-run.ts";
import { type FaultyStore, startFaultyStore } from "./faulty-store.ts";
import { datasetPlan, optionsOf, STEADY, specOf } from "./run.ts";

useKeys();

/** One bucket behind two alternating endpoints. */
function atBoth(first: FaultyStore, second: FaultyStore): BucketAddress {
  const endpoints = [first.address.endpoint ?? "", second.address.endpoint ?? ""];
  return { ...first.address, endpoints };
}

describe("errors of a bucket at several endpoints", () => {
  test("name all endpoints, whichever of them fails", async () => {
    for (const wrong of [0, 1]) {
      await using first = await startFaultyStore();
      await using second = await startFaultyStore();
      const [one] = [first, second].slice(wrong);
      if (one !== undefined) one.fault = () => refusal("NoSuchBucket", 404);
      const opened = openTarget(specOf(atBoth(first, second)), optionsOf("r1"));
      await expect(opened).rejects.toThrow(
        `there is no bucket "${first.address.bucket}" at ${first.address.endpoint} ` +
          "(or 1 other endpoint)",
      );
    }
  });

  test("ask whether all endpoints reach the same server if responses contradict", async () => {
    await using first = await startFaultyStore();
    await using second = await startFaultyStore();
    const advice = /check that all endpoints and their proxies lead to the same S3 server/;
    const opened = openTarget(specOf(atBoth(first, second)), optionsOf("r1"));
    const prepared = opened.then((session) => session.prepare(datasetPlan(), "present", STEADY));
    await expect(prepared).rejects.toThrow(advice);
  });
});

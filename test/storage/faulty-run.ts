import { expect } from "vitest";
import { openTarget } from "../../src/storage/index.ts";
import type { CleanReport } from "../../src/storage/target/target.ts";
import { refusal } from "../engine/objects/object-store.ts";
import { setEnvironment } from "../env.ts";
import { type Fault, type FaultyStore, startFaultyStore } from "./bucket/faulty-store.ts";
import { datasetPlan, optionsOf, STEADY, specOf } from "./bucket/run.ts";

/** Credentials for a server that checks no signature. */
export function useKeys(): void {
  setEnvironment({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" });
}

/** Foreign objects: next to the run's, with similar names, and inside its prefix. */
export const FOREIGN = new Map([
  ["precious/data", "1"],
  ["assay-", "2"],
  ["assay-notes", "3"],
  ["assay-other/small/000000/000000000.bin", "4"],
  ["manifest.json", "5"],
  ["small/000000/000000000.bin", "6"],
]);

function foreignOf(store: FaultyStore): Map<string, string> {
  return new Map([...store.objects].filter(([key]) => FOREIGN.has(key)));
}

export function ownOf(store: FaultyStore): readonly string[] {
  return [...store.objects.keys()].filter((key) => key.startsWith("assay-r1/"));
}

/** A server with foreign objects and those of a run that ended without cleanup. */
export async function withLeftover(versioned = false): Promise<FaultyStore> {
  const store = await startFaultyStore(versioned);
  for (const [key, text] of FOREIGN) store.objects.set(key, text);
  const session = await openTarget(specOf(store.address), optionsOf("r1"));
  await session.prepare(datasetPlan(), "present", STEADY);
  await session.close();
  return store;
}

/** Checks that foreign objects are unchanged and that the report's numbers are right. */
export function checkReport(store: FaultyStore, report: CleanReport): void {
  expect(foreignOf(store)).toEqual(FOREIGN);
  const left = ownOf(store).filter((key) => key.endsWith(".bin")).length;
  expect(report.listedFiles).toBe(20);
  expect(report.leftFiles).toBeGreaterThanOrEqual(left);
  if (ownOf(store).length > 0) {
    expect(report.incomplete).toBe(true);
    expect(report.left.length).toBeGreaterThan(0);
  }
}

/** Denies a request. */
export const denied =
  (what: string): Fault =>
  (asked) =>
    asked.what === what ? refusal("AccessDenied") : null;

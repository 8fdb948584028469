import type { SyntheticBehaviour } from "../model/target/target.ts";
import { KnownDatasets } from "./ownership/known.ts";
import { NO_LIMIT } from "./target/space.ts";
import { NO_DATA, type Target, type TargetSession } from "./target/target.ts";

/** A target without storage: datasets are laid out, but nothing is written. */
export function memoryTarget(synthetic: SyntheticBehaviour | null): Target {
  return {
    async open() {
      return openMemory(synthetic);
    },
    async join() {
      return openMemory(synthetic);
    },
    async readToken(runId) {
      return runId;
    },
    async survey() {},
    async space() {
      return NO_LIMIT;
    },
    async clean() {
      return NO_DATA;
    },
    async find() {
      return [];
    },
  };
}

function openMemory(synthetic: SyntheticBehaviour | null): TargetSession {
  const known = new KnownDatasets();
  return {
    location: { kind: "memory", synthetic },
    async prepare(dataset) {
      return known.of(dataset).location;
    },
    changed() {},
    async residency() {
      return null;
    },
    async clean() {
      return { removedFiles: 0, removedBytes: 0, left: [] };
    },
    async keep() {},
    async close() {},
  };
}

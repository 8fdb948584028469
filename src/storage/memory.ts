import type { DatasetLocation } from "../model/plan/dataset.ts";
import type { SyntheticBehaviour } from "../model/target/target.ts";
import { layOut } from "./content/layout.ts";
import type { TargetSession } from "./target/target.ts";

/** A target without storage: datasets are laid out and nothing is written. */
export function openMemory(synthetic: SyntheticBehaviour | null): TargetSession {
  const known = new Map<string, DatasetLocation>();
  return {
    location: { kind: "memory", synthetic },
    async prepare(dataset) {
      const location = known.get(dataset.name) ?? layOut(dataset, dataset.name);
      known.set(dataset.name, location);
      return location;
    },
    changed() {},
    async setCache() {
      return [];
    },
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

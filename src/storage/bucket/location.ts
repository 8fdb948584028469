import type { DatasetLocation } from "../../model/plan/dataset.ts";
import type { PrepareOptions } from "../target/target.ts";
import type { Inspection } from "./store/objects.ts";

/** What else a phase wants to know of the objects of a dataset. */
export function locationWith(
  location: DatasetLocation,
  { entityTags, versionIds }: Inspection,
  options: PrepareOptions,
): DatasetLocation {
  return {
    ...location,
    ...(options.entityTags === true ? { entityTags } : {}),
    ...(versionIds === null ? {} : { versions: versionIds }),
  };
}

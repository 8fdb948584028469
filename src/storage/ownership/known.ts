import type { DatasetLocation, DatasetPlan } from "../../model/plan/dataset.ts";
import { layOut } from "../content/layout.ts";

/** A dataset as a session knows it. */
interface Known {
  readonly location: DatasetLocation;
  /** A phase of this run changed it, so what has a wrong size is this run's own, unfinished. */
  touched: boolean;
  /** What preparation has seen to be there; a phase that changes files leaves the directories. */
  there: "unknown" | "directories" | "all";
}

/** The datasets a session has met, each laid out once. */
export class KnownDatasets {
  private readonly known = new Map<string, Known>();

  of(dataset: DatasetPlan): Known {
    const known = this.known.get(dataset.name) ?? {
      location: layOut(dataset, dataset.name),
      touched: false,
      there: "unknown" as const,
    };
    this.known.set(dataset.name, known);
    return known;
  }

  /** Told that a phase changed a dataset. */
  touch(dataset: string): void {
    const known = this.known.get(dataset);
    if (known === undefined) return;
    known.touched = true;
    if (known.there === "all") known.there = "directories";
  }

  /** What has to be there of a dataset. */
  there(dataset: string): Known["there"] {
    return this.known.get(dataset)?.there ?? "unknown";
  }
}

import type { DatasetLocation, DatasetPlan } from "../../model/plan/dataset.ts";
import { layOut } from "../content/layout.ts";

/** State of a dataset in a session. */
interface Known {
  readonly location: DatasetLocation;
  /** Whether a phase of this run changed it; a wrong file size is then this run's own. */
  changed: boolean;
  /** What must exist since preparation; a phase that changes files keeps the directories. */
  there: "unknown" | "directories" | "all";
}

/** Datasets that a session has prepared, each laid out once. */
export class KnownDatasets {
  private readonly known = new Map<string, Known>();

  of(dataset: DatasetPlan): Known {
    const known = this.known.get(dataset.name) ?? {
      location: layOut(dataset, dataset.name),
      changed: false,
      there: "unknown" as const,
    };
    this.known.set(dataset.name, known);
    return known;
  }

  /** Records that a phase changed a dataset. */
  markChanged(dataset: string): void {
    const known = this.known.get(dataset);
    if (known === undefined) return;
    known.changed = true;
    if (known.there === "all") known.there = "directories";
  }

  /** Parts of a dataset that must exist. */
  there(dataset: string): Known["there"] {
    return this.known.get(dataset)?.there ?? "unknown";
  }
}

import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { Operation } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { Field } from "../schema/settings.ts";

/** A problem with a combination of fields, reported at the field that is easiest to change. */
export interface Mistake {
  readonly field: Field;
  readonly message: string;
}

/** A phase under check. `isSet`: whether the user wrote a field; else it has its default. */
export interface Subject {
  readonly phase: PhasePlan;
  readonly dataset: DatasetPlan | null;
  readonly operations: readonly Operation[];
  readonly isSet: (field: Field) => boolean;
}

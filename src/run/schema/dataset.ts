import { z } from "zod";
import { DATASET_FIELDS } from "../../storage/ownership/dataset-schema.ts";

/** A dataset of a plan. What it does not know is kept: it makes the plan another one. */
export const dataset = z.looseObject(DATASET_FIELDS);

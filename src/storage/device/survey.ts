import { PreflightError } from "../../model/fault/errors.ts";
import { MODIFIES } from "../../model/plan/operation.ts";
import { misaligned } from "../../posix/direct-io.ts";
import { directBlocks } from "../plan-survey.ts";
import { refuseAll, type SurveyOptions } from "../survey.ts";
import { checkDevice, checkFits } from "./device.ts";
import { findDevice } from "./node.ts";

/** Whether a run of a plan can work on a block device; see `surveyTarget`. */
export async function surveyDevice(
  address: { readonly path: string; readonly writable: boolean },
  { plan }: SurveyOptions,
): Promise<void> {
  const writes = plan?.phases.some(({ mix }) => mix.some((one) => MODIFIES.has(one.operation)));
  await checkDevice({ ...address, writable: address.writable && writes !== false });
  if (plan === undefined) return;
  const device = findDevice(address.path);
  const { path, logicalBlockBytes } = device;
  refuseAll([
    ...plan.datasets.map((dataset) => () => checkFits(dataset, device)),
    () => {
      const odd = directBlocks(plan).find((bytes) => bytes % logicalBlockBytes !== 0);
      if (odd !== undefined) throw misaligned(path, odd, logicalBlockBytes);
    },
    () => {
      if (writes !== true || address.writable) return;
      throw new PreflightError(
        `a phase writes to ${path}, and what is on it would be lost; say --allow-destructive`,
      );
    },
  ]);
}

/**
 * A block device as a target. assay opens it read-only unless a phase writes, and then only if
 * nothing on it could be lost: `guard.ts` collects the reasons against it from `use.ts` (mounts,
 * swap, holders), `signatures.ts` (formats on the device) and `opinion.ts` (util-linux). Nothing
 * here leaves a manifest. Read this file first, then `guard.ts`.
 */
import { closeSync } from "node:fs";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import { MODIFIES } from "../../model/plan/operation.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import { misaligned } from "../../posix/direct-io.ts";
import { residentBytes } from "../../posix/residency.ts";
import { layOut } from "../content/layout.ts";
import { directBlocks, refuseAll } from "../target/survey.ts";
import {
  type CleanReport,
  NOTHING_THERE,
  type OpenOptions,
  type PrepareOptions,
  type SurveyOptions,
  type Target,
  type TargetSession,
} from "../target/target.ts";
import { applyDeviceCache } from "./cache.ts";
import { claimToWrite, obstacles, openToRead } from "./guard.ts";
import { type DeviceNode, findDevice } from "./node.ts";

/** What the user gave: the node, and whether what is stored on it may be overwritten. */
interface DeviceAddress {
  readonly path: string;
  readonly writable: boolean;
}

/** A block device as a target. */
export function deviceTarget(address: DeviceAddress): Target {
  return {
    open: (options) => openDevice(address, options),
    survey: (options) => surveyDevice(address, options),
    async clean() {
      return NOTHING_THERE;
    },
    async find() {
      await checkDevice(address);
      return [];
    },
  };
}

/**
 * Opens a block device for one run. It is opened to read unless a phase writes; then it has to be
 * allowed, and free of anything that could be lost. Nothing is prepared and no manifest is left:
 * what a run wrote to a device is in its stored result only.
 */
async function openDevice(
  { path, writable }: DeviceAddress,
  options: OpenOptions,
): Promise<TargetSession> {
  const device = findDevice(path);
  const writes = options.writes === true;
  if (writes && !writable) {
    throw new PreflightError(
      `a phase writes to ${path}, and what is on it would be lost; say --allow-destructive`,
    );
  }
  if (options.reuse) options.onWarning?.(`${path} is a device: there is no kept data to use again`);
  const fd = writes ? await claimToWrite(device) : openToRead(device);
  return new DeviceSession(device, fd, writes);
}

/** Whether a run of a plan can work on a block device; see `surveyTarget`. */
async function surveyDevice(address: DeviceAddress, { plan }: SurveyOptions): Promise<void> {
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

/** Whether a device can be used as asked: PreflightError with the reasons where it cannot. */
async function checkDevice({ path, writable }: DeviceAddress): Promise<void> {
  const device = findDevice(path);
  const found = writable ? await obstacles(device) : [];
  if (found.length === 0) return closeSync(openToRead(device));
  throw new PreflightError(`${path} cannot be written: ${found.join("; ")}`);
}

/** Lays a dataset out on a device; PreflightError where the device is too small for it. */
function checkFits(plan: DatasetPlan, { path, sizeBytes }: DeviceNode): DatasetLocation {
  const location = layOut(plan, "");
  if (location.totalBytes <= sizeBytes) return location;
  throw new PreflightError(
    `dataset "${plan.name}" takes ${location.totalBytes} B and ${path} has ${sizeBytes} B; ` +
      `use fewer or smaller files (--set datasets.${plan.name}.size=…)`,
  );
}

class DeviceSession implements TargetSession {
  readonly location: Location;
  private readonly device: DeviceNode;
  private readonly writes: boolean;
  /** Open for the whole run: it keeps the claim, and the page cache alive. */
  private fd: number;
  /** First byte beyond all regions that were handed out. */
  private usedBytes = 0;

  constructor(device: DeviceNode, fd: number, writes: boolean) {
    this.device = device;
    this.fd = fd;
    this.writes = writes;
    const { path, number, sizeBytes, logicalBlockBytes } = device;
    this.location = { kind: "device", path, deviceNumber: number, sizeBytes, logicalBlockBytes };
  }

  /**
   * The dataset is the device's own bytes, from the first on: one region as large as all its files.
   */
  async prepare(
    plan: DatasetPlan,
    needs: "present" | "absent",
    options: PrepareOptions,
  ): Promise<DatasetLocation> {
    options.signal.throwIfAborted();
    const { path } = this.device;
    if (plan.kind === "shards" || needs === "absent") {
      const what = plan.kind === "shards" ? "tar shards" : "files that can be created";
      throw new PreflightError(`dataset "${plan.name}": ${path} is a device and has no ${what}`);
    }
    const { totalBytes, ...laidOut } = checkFits(plan, this.device);
    this.usedBytes = Math.max(this.usedBytes, totalBytes);
    const sizes = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
    sizes[0] = totalBytes;
    return { ...laidOut, count: 1, sizes, totalBytes };
  }

  changed(): void {}

  async residency({ totalBytes }: DatasetLocation): Promise<number | null> {
    const bytes = residentBytes(this.fd, totalBytes);
    return bytes === null || totalBytes === 0 ? null : bytes / totalBytes;
  }

  async setCache(dataset: DatasetLocation, policy: CachePolicy, signal?: AbortSignal) {
    return applyDeviceCache(this.fd, this.device.path, dataset, policy, signal);
  }

  async clean(): Promise<CleanReport> {
    const left =
      this.writes && this.usedBytes > 0
        ? [
            `what was written to the first ${this.usedBytes} B of ${this.device.path} stays ` +
              "there: a device has no files to remove, and nothing on it names this run",
          ]
        : [];
    return { removedFiles: 0, removedBytes: 0, left };
  }

  async keep(): Promise<void> {}

  async close(): Promise<void> {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }
}

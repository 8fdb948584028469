/**
 * A block device as a target. assay opens it read-only unless a phase writes, and opens it for
 * writing only if no data on it could be lost. `guard.ts` collects the reasons against writing from
 * `use.ts` (mounts, swap, holders), `signatures.ts` (formats on the device), `tools.ts`
 * (util-linux) and `contents.ts` (data of unknown format). A device has no manifest. Read this file
 * first, then `guard.ts`.
 */
import { closeSync } from "node:fs";
import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, DatasetPlan, Location } from "../../model/plan/dataset.ts";
import { MODIFIES } from "../../model/plan/operation.ts";
import type { CachePolicy } from "../../model/plan/plan.ts";
import type { Address } from "../../model/target/target.ts";
import { misaligned } from "../../posix/direct-io.ts";
import { residentBytes } from "../../posix/residency.ts";
import { layOut } from "../content/layout.ts";
import { NO_LIMIT } from "../target/space.ts";
import { directBlocks, refuseAll } from "../target/survey.ts";
import {
  type CleanReport,
  NO_DATA,
  type OpenOptions,
  type PrepareOptions,
  type SurveyOptions,
  type Target,
  type TargetSession,
} from "../target/target.ts";
import { applyDeviceCache } from "./cache.ts";
import { claimToWrite, openToRead, writeRefusal } from "./guard.ts";
import { type DeviceNode, findDevice } from "./node.ts";

/** Device node, and whether the user allowed overwriting it and losing data of others. */
type DeviceAddress = Omit<Extract<Address, { readonly kind: "device" }>, "kind">;

/** A block device as a target. */
export function deviceTarget(address: DeviceAddress): Target {
  return {
    open: (options) => openDevice(address, options),
    async join() {
      throw notShared(address);
    },
    async readToken() {
      throw notShared(address);
    },
    survey: (options) => surveyDevice(address, options),
    async space() {
      return { ...NO_LIMIT, freeBytes: findDevice(address.path).sizeBytes };
    },
    async clean() {
      return NO_DATA;
    },
    async find() {
      await checkDevice(address);
      return [];
    },
  };
}

/**
 * Opens a block device for one run. If a phase writes, the user must have allowed it and the device
 * must hold no data that could be lost; otherwise the device is opened read-only. There is no
 * preparation and no manifest: only the stored result records what a run wrote to a device.
 */
async function openDevice(
  { path, writable, losesData }: DeviceAddress,
  options: OpenOptions,
): Promise<TargetSession> {
  const device = findDevice(path);
  const writes = options.writes === true;
  if (writes && !writable) throw destructionNotAllowed(path);
  if (options.reuse) {
    options.onWarning?.(`${path} is a device and holds no kept data; --reuse has no effect`);
  }
  const fd = writes
    ? await claimToWrite(device, { losesData: losesData === true })
    : openToRead(device);
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
      if (writes === true && !address.writable) throw destructionNotAllowed(path);
    },
  ]);
}

function notShared({ path }: DeviceAddress): PreflightError {
  return new PreflightError(
    `${path} is a block device, which has no file by which hosts can compare it; ` +
      "each host uses its own device",
  );
}

function destructionNotAllowed(path: string): PreflightError {
  return new PreflightError(
    `a phase writes to ${path} and would destroy the data on it; add --allow-destructive, or use ` +
      "a scenario that only reads",
  );
}

/** Checks that a device can be read or written; throws PreflightError with all reasons. */
async function checkDevice(address: DeviceAddress): Promise<void> {
  const { path, writable, losesData } = address;
  const device = findDevice(path);
  const found = writable ? await writeRefusal(device, { losesData: losesData === true }) : null;
  if (found !== null) throw found;
  closeSync(openToRead(device));
}

/** Lays a dataset out on a device; throws PreflightError if the device is too small. */
function checkFits(plan: DatasetPlan, { path, sizeBytes }: DeviceNode): DatasetLocation {
  const location = layOut(plan, "");
  if (location.totalBytes <= sizeBytes) return location;
  throw new PreflightError(
    `dataset "${plan.name}" needs ${location.totalBytes} B, but ${path} has ${sizeBytes} B; ` +
      `use fewer or smaller files (--set datasets.${plan.name}.size=…)`,
  );
}

class DeviceSession implements TargetSession {
  readonly location: Location;
  private readonly device: DeviceNode;
  private readonly writes: boolean;
  /** Open for the whole run, to keep the exclusive access and the page cache; -1 once closed. */
  private fd: number;
  /** End of the largest region in use, in bytes. */
  private usedBytes = 0;

  constructor(device: DeviceNode, fd: number, writes: boolean) {
    this.device = device;
    this.fd = fd;
    this.writes = writes;
    const { path, number, sizeBytes, logicalBlockBytes } = device;
    this.location = { kind: "device", path, deviceNumber: number, sizeBytes, logicalBlockBytes };
  }

  /**
   * Returns one region at the start of the device, as large as all files of the dataset together.
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
      throw new PreflightError(
        `dataset "${plan.name}": ${path} is a device and has no ${what}; use a directory or a ` +
          "bucket as target",
      );
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
            `the data written to the first ${this.usedBytes} B of ${this.device.path} remains: ` +
              "a device has no files that assay could remove; `blkdiscard` discards all its data",
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

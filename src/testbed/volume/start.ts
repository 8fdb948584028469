/**
 * Emulated EBS volumes: a file system on a loop device with the limits and credits of a kind of
 * volume. Other programs use this file. `keeper.ts` is the process that makes a volume, moves its
 * limits and takes it down; `limits/` decides the limits, `system/` applies them.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { threadModule } from "../../model/thread-module.ts";
import { type Kind, type Limits, type Profile, profileOf } from "./limits/kinds.ts";
import type { Answer, KeeperTask, Order } from "./messages.ts";
import { summaryOf } from "./summary.ts";
import { findHierarchy } from "./system/cgroup.ts";
import type { FileSystem } from "./system/device.ts";
import { dismantle } from "./system/dismantle.ts";
import { readRecord } from "./system/record.ts";

const KEEPER = fileURLToPath(threadModule("./keeper", import.meta.url));
/** Minimum size for a file system. */
export const MIN_BYTES = 16 * 2 ** 20;
const UNLIMITED: Limits = { iops: null, bytesPerSecond: null };

/** Shell command that joins the control group, then executes the program. */
const JOIN = 'echo $$ > "$1" && shift && exec "$@"';

export interface VolumeOptions {
  readonly kind: Kind;
  readonly iops?: number;
  readonly bytesPerSecond?: number;
  /** Capacity, bytes. */
  readonly sizeBytes: number;
  /** Size for the formulas of gp2 and st1 (default: `sizeBytes`). */
  readonly asSizeBytes?: number;
  /** Divisor of the burst credits; 1: as on AWS. */
  readonly scale?: number;
  readonly fileSystem?: FileSystem;
  /** Share of its limits until all is read, as for a volume from a snapshot. */
  readonly firstTouchShare?: number;
  /** EBS limits of the EC2 instance. */
  readonly instance?: Limits;
  /** Id of another volume, whose processes also get the limits of this one. */
  readonly beside?: string;
  /** Directory of the backing file, which must be faster than the volume. */
  readonly folder?: string;
}

/** A volume of known performance, as long as this process lives. */
export interface Volume {
  readonly id: string;
  /** Its mount point; without a file system, its device. */
  readonly path: string;
  readonly device: string;
  /** A process that writes its id into this file is throttled. */
  readonly procs: string;
  /** The command line that runs a command under the limits. */
  throttled(command: readonly string[]): readonly [string, ...string[]];
  /** Replaces the limits immediately, also under load; ends a burst. */
  setLimits(limits: Limits): Promise<void>;
  /** Restores all burst credits. */
  refill(): Promise<void>;
  /** Credit balance, in operations or bytes by kind; null without burst credits. */
  credits(): Promise<number | null>;
  /** Ends the processes in its group and removes everything. */
  stop(): Promise<void>;
}

/** Reason why this host cannot emulate a volume; null if it can. */
export async function volumeRefusal(folder?: string): Promise<string | null> {
  const least = { kind: "gp3", sizeBytes: MIN_BYTES } as const;
  const volume = await startVolume({ ...least, ...(folder !== undefined && { folder }) });
  if ("unavailable" in volume) return volume.unavailable;
  await volume.stop();
  return null;
}

export interface Unavailable {
  /** Reason and remedy in one sentence. */
  readonly unavailable: string;
}

/** Starts a volume that is removed by `stop` and at the end of this process, even if killed. */
export async function startVolume(options: VolumeOptions): Promise<Volume | Unavailable> {
  const started = await startKeeper(options, false);
  if ("unavailable" in started) return started;
  const { keeper, answers, task, ready } = started;
  const order = async (message: Order): Promise<{ readonly credits: number | null }> => {
    keeper.stdin?.write(`${JSON.stringify(message)}\n`);
    const answer = await answers.next();
    if (answer === null)
      throw new Error("the volume's keeper process ended, so its limits may not apply");
    if ("failed" in answer) throw new Error(`limits could not be set: ${answer.failed}`);
    if ("ready" in answer) throw new Error("the volume's keeper process restarted");
    return answer;
  };
  return {
    id: task.record.id,
    ...ready,
    throttled: (command) => ["sh", "-c", JOIN, "exec", ready.procs, ...command],
    setLimits: async (limits) => void (await order({ order: "limits", limits })),
    refill: async () => void (await order({ order: "refill" })),
    credits: async () => (await order({ order: "credits" })).credits,
    stop: () => stopKeeper(keeper, task.record.id),
  };
}

/** Starts a volume that stays until it is removed by its id. */
export async function startStaying(
  options: VolumeOptions,
): Promise<Omit<Volume, "setLimits" | "refill" | "credits" | "stop" | "throttled"> | Unavailable> {
  const started = await startKeeper(options, true);
  if ("unavailable" in started) return started;
  const { keeper, task, ready } = started;
  keeper.stdout?.destroy();
  keeper.unref();
  return { id: task.record.id, ...ready };
}

interface Started {
  readonly keeper: ChildProcess;
  readonly answers: Answers;
  readonly task: KeeperTask;
  readonly ready: Pick<Volume, "path" | "device" | "procs">;
}

async function startKeeper(options: VolumeOptions, stays: boolean): Promise<Started | Unavailable> {
  const task = await taskOf(options, stays);
  if ("unavailable" in task) return task;
  const keeper = spawn(process.execPath, [KEEPER, JSON.stringify(task)], {
    // Ctrl-C reaches the whole foreground group; the volume must last until its user has ended.
    detached: true,
    cwd: "/",
    stdio: [stays ? "ignore" : "pipe", "pipe", "ignore"],
  });
  keeper.stdin?.on("error", () => {});
  const answers = new Answers(keeper);
  const first = await answers.next();
  if (first !== null && "ready" in first) return { keeper, answers, task, ready: first.ready };
  await stopKeeper(keeper, task.record.id);
  const why =
    first !== null && "failed" in first ? first.failed : "its keeper process ended immediately";
  return { unavailable: `cannot emulate a volume: ${why}` };
}

async function taskOf(options: VolumeOptions, stays: boolean): Promise<KeeperTask | Unavailable> {
  const profile = profileOfOptions(options);
  if ("problem" in profile) return { unavailable: profile.problem };
  if (process.platform !== "linux") {
    return { unavailable: "emulated volumes need the block throttle of Linux" };
  }
  if (process.getuid?.() !== 0) {
    return { unavailable: "an emulated volume needs root for its loop device and control group" };
  }
  const hierarchy = await findHierarchy(await readFile("/proc/self/mountinfo", "utf8"));
  if ("unavailable" in hierarchy) return hierarchy;
  const { beside } = options;
  const other = beside === undefined ? null : await readRecord(beside);
  if (beside !== undefined && other === null) {
    return { unavailable: `--beside: there is no emulated volume ${beside}` };
  }
  const id = randomBytes(4).toString("hex");
  const backing = join(resolve(options.folder ?? tmpdir()), `assay-volume-${id}.img`);
  const ceiling = options.instance ?? UNLIMITED;
  const share = options.firstTouchShare;
  const slowStart = share === undefined ? null : { share, bytes: options.sizeBytes };
  const summary = summaryOf(options.kind, profile, ceiling, slowStart);
  const fileSystem = options.fileSystem ?? "ext4";
  const shared = other === null ? {} : { beside: other.beside ?? other.id };
  const record = { id, summary, fileSystem, backing, hierarchy, ...shared };
  return { record, sizeBytes: options.sizeBytes, profile, ceiling, slowStart, stays };
}

/** Returns the performance for the options, or their problem. */
export function profileOfOptions(options: VolumeOptions): Profile | { readonly problem: string } {
  return profileOf({
    kind: options.kind,
    iops: options.iops ?? null,
    bytesPerSecond: options.bytesPerSecond ?? null,
    sizeBytes: options.asSizeBytes ?? options.sizeBytes,
    scale: options.scale ?? 1,
  });
}

/** A keeper's lines in order; null at the end. */
class Answers {
  private readonly lines: AsyncIterator<string>;

  constructor(keeper: ChildProcess) {
    if (keeper.stdout === null) throw new Error("the keeper has no output");
    this.lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<Answer | null> {
    const { value, done } = await this.lines.next();
    return done === true ? null : (JSON.parse(value) as Answer);
  }
}

async function stopKeeper(keeper: ChildProcess, id: string): Promise<void> {
  if (keeper.exitCode === null && keeper.signalCode === null) {
    const exit = once(keeper, "exit");
    keeper.stdin?.end();
    await exit;
  }
  // A killed keeper leaves everything behind.
  const left = await readRecord(id);
  if (left !== null) await dismantle(left, "end");
}

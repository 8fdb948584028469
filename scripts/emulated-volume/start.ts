import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Kind, type Limits, type Profile, profileOf } from "./limits/kinds.ts";
import type { Answer, KeeperTask, Order } from "./messages.ts";
import { summaryOf } from "./summary.ts";
import { findHierarchy } from "./system/cgroup.ts";
import type { FileSystem } from "./system/device.ts";
import { dismantle } from "./system/dismantle.ts";
import { readRecord } from "./system/record.ts";

const KEEPER = fileURLToPath(new URL("keeper.ts", import.meta.url));
/** Less has no room for a file system. */
export const MIN_BYTES = 16 * 2 ** 20;
const UNLIMITED: Limits = { iops: null, bytesPerSecond: null };

/** What a process that is to be throttled starts with: joins the group, then becomes itself. */
const JOIN = 'echo $$ > "$1" && shift && exec "$@"';

export interface VolumeOptions {
  readonly kind: Kind;
  readonly iops?: number;
  readonly bytesPerSecond?: number;
  /** How much the volume holds. */
  readonly sizeBytes: number;
  /** The size that gp2's and st1's formulas take, where it is not the real one. */
  readonly asSizeBytes?: number;
  /** How many times smaller than Amazon's the credit bucket is; 1 is Amazon's. */
  readonly scale?: number;
  readonly fileSystem?: FileSystem;
  /** It was made from a snapshot: this share of its limits until all of it has been read. */
  readonly firstTouchShare?: number;
  /** What the EC2 instance lets through, whatever the volume could do. */
  readonly instance?: Limits;
  /** Id of another volume: processes under its limits are under this one's as well. */
  readonly beside?: string;
  /** Where the file behind the volume lies; what is there is never slower than the volume. */
  readonly folder?: string;
}

/** A volume of known performance, as long as this process lives. */
export interface Volume {
  readonly id: string;
  /** Its mount point; without a file system, its device. */
  readonly path: string;
  readonly device: string;
  /** A process that writes its number into this file is throttled from then on. */
  readonly procs: string;
  /** The command line that runs a command under the limits. */
  throttled(command: readonly string[]): readonly [string, ...string[]];
  /** Other limits at once, also while a load is running; a burst is over with them. */
  setLimits(limits: Limits): Promise<void>;
  /** Gives back the credits that were spent. */
  refill(): Promise<void>;
  /** The credits that are left, in operations or bytes by its kind; null where there are none. */
  credits(): Promise<number | null>;
  /** Ends the processes in its group and takes everything away. */
  stop(): Promise<void>;
}

/** Why no volume can be emulated here, in one sentence; null where one can be. */
export async function volumeRefusal(folder?: string): Promise<string | null> {
  const least = { kind: "gp3", sizeBytes: MIN_BYTES } as const;
  const volume = await startVolume({ ...least, ...(folder !== undefined && { folder }) });
  if ("unavailable" in volume) return volume.unavailable;
  await volume.stop();
  return null;
}

export interface Unavailable {
  /** One sentence: why there is none, and what to do. */
  readonly unavailable: string;
}

/** Starts a volume that is gone when it is stopped, and when this process ends or is killed. */
export async function startVolume(options: VolumeOptions): Promise<Volume | Unavailable> {
  const started = await startKeeper(options, false);
  if ("unavailable" in started) return started;
  const { keeper, answers, task, ready } = started;
  const order = async (message: Order): Promise<{ readonly credits: number | null }> => {
    keeper.stdin?.write(`${JSON.stringify(message)}\n`);
    const answer = await answers.next();
    if (answer === null) throw new Error("the volume's keeper is gone, and with it the limits");
    if ("failed" in answer) throw new Error(`limits could not be set: ${answer.failed}`);
    if ("ready" in answer) throw new Error("the volume's keeper began again");
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

/** Starts a volume that stays until it is taken down by its id. */
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
  const why = first !== null && "failed" in first ? first.failed : "its keeper ended at once";
  return { unavailable: `no volume can be emulated here: ${why}` };
}

async function taskOf(options: VolumeOptions, stays: boolean): Promise<KeeperTask | Unavailable> {
  const profile = profileOfOptions(options);
  if ("problem" in profile) return { unavailable: profile.problem };
  if (process.platform !== "linux") {
    return { unavailable: "a volume is emulated by Linux's block throttle, so on Linux only" };
  }
  if (process.getuid?.() !== 0) {
    return { unavailable: "an emulated volume needs root, for its loop device and control group" };
  }
  const hierarchy = await findHierarchy(await readFile("/proc/self/mountinfo", "utf8"));
  if ("unavailable" in hierarchy) return hierarchy;
  const { beside } = options;
  const other = beside === undefined ? null : await readRecord(beside);
  if (beside !== undefined && other === null) {
    return { unavailable: `there is no emulated volume ${beside} to be beside` };
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

/** The limits that follow from the options, or what is wrong with them. */
export function profileOfOptions(options: VolumeOptions): Profile | { readonly problem: string } {
  return profileOf({
    kind: options.kind,
    iops: options.iops ?? null,
    bytesPerSecond: options.bytesPerSecond ?? null,
    sizeBytes: options.asSizeBytes ?? options.sizeBytes,
    scale: options.scale ?? 1,
  });
}

/** A keeper's lines in their order; null when there are no more. */
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
  // A keeper that was killed has left everything.
  const left = await readRecord(id);
  if (left !== null) await dismantle(left, "end");
}

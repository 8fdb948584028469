import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { messageOf } from "../../model/fault/errors.ts";
import { Controller } from "./limits/controller.ts";
import type { Answer, KeeperTask, Order } from "./messages.ts";
import { type Assembled, assemble } from "./system/assemble.ts";
import { readCounters } from "./system/device.ts";
import { dismantle } from "./system/dismantle.ts";

const BEFORE_OTHERS = -10;

/**
 * The process that makes a volume, adjusts its limits and removes it: on request, and when the
 * process that started it is killed, which ends its standard input.
 */
async function keep(task: KeeperTask): Promise<void> {
  const record = { ...task.record, keeperPid: process.pid };
  const controller = new Controller(task.profile, task.ceiling, task.slowStart);
  const orders = task.stays ? null : createInterface({ input: process.stdin });
  const end = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, resolve);
    orders?.on("close", resolve);
  });
  try {
    const volume = await assemble(record, task.sizeBytes, task.profile.operationBytes);
    const loop = new LimitLoop(volume, controller);
    await loop.turn();
    orders?.on("line", (line) => void obey(JSON.parse(line) as Order, loop));
    const { path, device, group } = volume;
    answer({ ready: { path, device, procs: group.membersFile } });
    await Promise.race([end, loop.failure]);
    loop.stop();
  } catch (error) {
    answer({ failed: messageOf(error) });
  }
  await dismantle(record, task.stays ? "release" : "end");
}

/** Reads the counters periodically and sets the limits that follow from them. */
class LimitLoop {
  readonly controller: Controller;
  /** Rejects when limits cannot be set any more: measurements are then invalid. */
  readonly failure: Promise<never>;
  private readonly volume: Assembled;
  private readonly fail: (error: unknown) => void;
  private timer: NodeJS.Timeout | null = null;
  private turns: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(volume: Assembled, controller: Controller) {
    this.volume = volume;
    this.controller = controller;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failure = promise;
    this.fail = reject;
  }

  /** One step, never two concurrently; the controller schedules the next one. */
  turn(): Promise<void> {
    this.turns = this.turns.then(async () => {
      if (this.timer !== null) clearTimeout(this.timer);
      if (this.stopped) return;
      const { device, deviceNumber, group } = this.volume;
      const step = this.controller.step(readCounters(device), performance.now());
      if (step.limits !== null) await group.limit(deviceNumber, step.limits);
      this.timer = setTimeout(() => void this.turn().catch(this.fail), step.waitMs);
    });
    return this.turns;
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }
}

async function obey(order: Order, loop: LimitLoop): Promise<void> {
  try {
    // Operations until now belong to the limits until now.
    await loop.turn();
    if (order.order === "limits") loop.controller.replace(order.limits);
    if (order.order === "refill") loop.controller.refill();
    await loop.turn();
    answer({ done: true, credits: loop.controller.credits });
  } catch (error) {
    answer({ failed: messageOf(error) });
  }
}

/** Writes a line; the reader may have ended. */
function answer(line: Answer): void {
  process.stdout.on("error", () => {});
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

if (import.meta.main) {
  // It needs little CPU time, but without delay.
  setPriority(BEFORE_OTHERS);
  await keep(JSON.parse(process.argv[2] ?? "") as KeeperTask);
  process.exit();
}

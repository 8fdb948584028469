/**
 * One host of a run on several hosts, as a process of its own: opens or joins a run, prepares its
 * part of a dataset, prints a line, and waits for commands on standard input.
 */
import { createInterface } from "node:readline";
import { messageOf } from "../../src/model/fault/errors.ts";
import type { DatasetPlan } from "../../src/model/plan/dataset.ts";
import type { Part } from "../../src/model/plan/part.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { openTarget } from "../../src/storage/index.ts";

/** Its only argument, as JSON. */
export interface HostWork {
  readonly spec: TargetSpec;
  readonly runId: string;
  readonly datasets: readonly DatasetPlan[];
  readonly part: Part;
  readonly isMember: boolean;
}

/** Commands: one session method each. */
export type HostCommand = "prepare" | "check" | "takeOver" | "clean" | "close";

const { spec, runId, datasets, part, isMember }: HostWork = JSON.parse(process.argv[2] ?? "");
const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

try {
  const session = await openTarget(spec, {
    ...{ runId, datasets, assayVersion: "0.0.0", reuse: false },
    ...(isMember ? { member: true } : {}),
  });
  const options = { signal: new AbortController().signal, progress: () => {} };
  answer({ opened: await (isMember ? null : session.writeToken?.()) });
  const run = async (command: HostCommand): Promise<unknown> => {
    switch (command) {
      case "prepare":
        for (const one of datasets) await session.prepare(one, "present", { ...options, part });
        return null;
      case "check":
        for (const one of datasets) await session.prepare(one, "present", options);
        return null;
      case "takeOver":
        return session.takeOver?.();
      case "clean":
        return session.clean();
      case "close":
        return session.close();
    }
  };
  for await (const command of createInterface({ input: process.stdin })) {
    const done = await run(command as HostCommand).catch((error: unknown) => ({
      failed: messageOf(error),
    }));
    answer(done ?? null);
  }
} catch (error) {
  answer({ failed: messageOf(error) });
}

import { cpus, loadavg } from "node:os";
import { formatBytes } from "../../src/report/parts/format.ts";
import type { Bench, Measured } from "./runner/runner.ts";

/** Returns the first lines of every report: host, storage and options. */
export function aboutOf({ options, space, programs }: Bench) {
  const cores = cpus();
  const { control, runs, seconds, sizeBytes } = options;
  return {
    machine: `${cores.length} x ${cores[0]?.model ?? "unknown CPU"}`,
    node: `Node ${process.version}`,
    storage: space.storage,
    /** Load average of the minute before the first run; a busy host distorts results. */
    loadBefore: loadavg()[0] ?? 0,
    programs: Object.values(programs).flatMap((program) => program?.title ?? []),
    ...{ control, runs, seconds, sizeBytes },
  };
}

/** Renders a benchmark as markdown: the tables of each measured family. */
export function renderBench(
  about: ReturnType<typeof aboutOf>,
  families: readonly Pick<Measured<unknown>, "blocks" | "failed" | "leftOut">[],
): string {
  const { machine, node, storage, programs, runs, seconds, sizeBytes, loadBefore } = about;
  const load = `load average ${loadBefore.toFixed(2)} before the first run`;
  const where = [machine, node, ...programs, storage, load].filter((part) => part !== null);
  const of = runs === 1 ? "one run" : `medians of ${runs} runs`;
  const how = `${of} of ${seconds} s, a file of ${formatBytes(sizeBytes)}`;
  const blocks = [
    `${where.join(", ")}; ${how}.`,
    ...families.flatMap((family) => family.blocks),
    ...families.flatMap((family) => family.leftOut),
    ...families
      .flatMap((family) => family.failed)
      .map(({ name, reason }) => `Not measured: ${name}: ${reason}`),
  ];
  return `${blocks.join("\n\n")}\n`;
}

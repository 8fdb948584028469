import { codeOf } from "../../src/model/errors.ts";
import { WARMUP_SECONDS } from "./assay.ts";
import type { Load } from "./cells.ts";
import { runChild } from "./children.ts";
import { type FioSample, parseFio } from "./fio-output.ts";

/** `fio-3.33`; null where there is no fio. */
export async function fioVersion(signal: AbortSignal): Promise<string | null> {
  try {
    const { code, stdout } = await runChild("fio", ["--version"], signal);
    return code === 0 ? stdout.trim() : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** From here on a copy out of the page cache takes up to twice as long to unaligned memory. */
const ALIGN_FROM_BYTES = 65_536;

/**
 * fio's options for a load on a file. Left to itself fio empties the page cache before it starts
 * (`invalidate`), advises the kernel against read-ahead (`fadvise_hint`), and keeps a map of the
 * blocks it has read (`norandommap` ends that): each would make it measure something else than we
 * do. Large blocks get page-aligned memory as ours have; small ones keep fio's own, which suits it
 * better. Threads rather than processes, as ours are.
 */
export function fioArguments(load: Load, file: string, seconds: number): readonly string[] {
  return [
    "--name=cell",
    `--filename=${file}`,
    "--ioengine=psync",
    `--rw=${load.access === "random" ? "randread" : "read"}`,
    `--bs=${load.blockBytes}`,
    `--direct=${load.cache === "direct" ? 1 : 0}`,
    `--numjobs=${load.workers}`,
    "--thread",
    "--group_reporting",
    "--time_based",
    `--runtime=${seconds}s`,
    `--ramp_time=${WARMUP_SECONDS}s`,
    "--invalidate=0",
    "--fadvise_hint=0",
    "--norandommap",
    ...(load.blockBytes < ALIGN_FROM_BYTES ? [] : ["--iomem_align=4k"]),
    "--readonly",
    "--allow_file_create=0",
    "--output-format=json",
  ];
}

/** Runs fio once on a file that is there. */
export async function runFio(
  load: Load,
  file: string,
  seconds: number,
  signal: AbortSignal,
): Promise<FioSample> {
  const child = await runChild("fio", fioArguments(load, file, seconds), signal);
  if (child.code !== 0) {
    throw new Error(`fio ended with ${child.code ?? "a signal"}: ${child.stderr.trim()}`);
  }
  return parseFio(child.stdout);
}

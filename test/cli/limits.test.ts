// @module-tag system
import { chmodSync, mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  assay,
  assayProcess,
  type Ended,
  onlyRun,
  type ProcessOptions,
  runFolders,
  runIds,
} from "./assay.ts";
import { type Bench, makeBench } from "./bench.ts";

/** Users whose processes are these tests' alone: the kernel counts some limits by user. */
const USERS = { memory: 64_990, threads: 64_991, few: 64_800 } as const;

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("skipped: only root can start a process as another user\n");

/** Runs reads of blocks under a limit of the process. */
async function under(
  limit: Pick<ProcessOptions, "ulimit" | "uid">,
  phase: string,
  dataset = "count: 2, size: 16MiB",
): Promise<{ readonly bench: Bench; readonly ended: Ended }> {
  const bench = makeBench();
  mkdirSync(bench.results);
  for (const path of [bench.cwd, bench.target, bench.results]) chmodSync(path, 0o777);
  const text = `
name: blocks
datasets: { data: { ${dataset} } }
phases:
  - { name: io, operation: read, access: random, blockSize: 4KiB, cache: warm, ${phase} }
`;
  const args = ["run", bench.scenario("blocks", text), "-q", "-t", bench.target];
  const around = { cwd: bench.cwd, ...limit };
  const ended = await assayProcess(
    [...args, "--print", "nothing", "--results", bench.results],
    around,
  );
  return { bench, ended };
}

/** The machine's exit code, one sentence, and nothing left in the target. */
function refused({ code, stderr }: Ended, bench: Bench, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(/^.* cannot run on /.test(stderr) ? 2 : 1);
  expect(code).toBe(3);
  expect(runFolders(bench.target)).toEqual([]);
}

describe.each(["sync", "uring", "threadpool"])("too few open files on %s", (engine) => {
  const phase = `workers: 4, queueDepth: 2, engine: ${engine}, duration: 1s`;
  const dataset = "count: 300, size: 4KiB";

  it("for the dataset: one sentence that says what to do", async () => {
    const { bench, ended } = await under({ ulimit: "-n 150" }, phase, dataset);
    refused(ended, bench, /^ {2}io: too many open files: .*, but `ulimit -n` is 150; raise it/m);
  });

  // Who meets the limit first, a thread or the store, is a matter of chance; so is where.
  it.each([22, 30, 38, 44, 66])("%i in all: the limit by its name", async (files) => {
    const small = "count: 2, size: 4KiB";
    const { bench, ended } = await under({ ulimit: `-n ${files}` }, phase, small);
    if (ended.code === 0) return;
    refused(ended, bench, /(open files|EMFILE).*(ulimit -n|raise)/);
    expect(ended.stderr).toContain("ulimit -n");
  });
});

describe("too little address space", () => {
  it.each([
    [2_200_000, 1],
    [3_000_000, 8],
    [6_000_000, 200],
    [8_000_000, 40],
  ])("%i KiB for %i threads: refused before one starts", async (kib, workers) => {
    const phase = `workers: ${workers}, engine: sync, duration: 1s`;
    const { bench, ended } = await under({ ulimit: `-v ${kib}` }, phase);
    refused(ended, bench, new RegExp(`worker threads? .*\`ulimit -v\` is ${kib};`));
  });
});

describe.skipIf(!isRoot)("a limit of a user's", () => {
  it("too few threads: one sentence that says what to do", async () => {
    const limit = { uid: USERS.threads, ulimit: "-u 30" };
    const { bench, ended } = await under(limit, "workers: 64, engine: sync, duration: 1s");
    refused(
      ended,
      bench,
      /^ {2}io: too many worker threads: 64 would .*`ulimit -u` is 30; raise it/m,
    );
  });

  it.each([1, 8, 12, 16, 20, 24, 28])(
    "%i threads in all: the limit by its name",
    async (threads) => {
      const limit = { uid: USERS.few + threads, ulimit: `-u ${threads}` };
      const { ended } = await under(limit, "workers: 4, engine: sync, duration: 100ms");
      // Node ends itself where it cannot start its own threads, before any code of ours.
      if (ended.signal !== null || ended.stderr.includes("Native stack trace")) return;
      expect([0, 3]).toContain(ended.code);
      if (ended.code === 3) expect(ended.stderr).toContain("ulimit -u");
    },
  );

  it("locked memory too small for registered buffers: measured without, and said", async () => {
    const limit = { uid: USERS.memory, ulimit: "-l 64" };
    const phase = "queueDepth: 64, engine: uring, operations: 5000";
    const { bench, ended } = await under(limit, phase);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const [result] = onlyRun(bench.results).phases;
    expect(result?.summaries[0]).toMatchObject({ operations: 5000, errors: 0 });
    expect(result?.counters).toMatchObject({ buffersNotRegistered: 1 });
    const warning = result?.warnings.find((one) => one.code === "buffers-not-registered");
    expect(warning?.message).toMatch(/^1 of 1 threads could not register .*ulimit -l/);
    const report = await assay(["report", runIds(bench.results)[0] ?? ""], bench);
    expect(report.stdout).toContain("1 of 1 threads could not register their buffers");
  });
});

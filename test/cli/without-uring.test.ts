import { constants } from "node:os";
import { describe, expect, test } from "vitest";
import { probeEngines } from "../../src/engine/index.ts";
import { assay, onlyRun, type Surroundings } from "./assay.ts";
import { makeBench } from "./bench.ts";

const { refusal } = (await probeEngines()).uring;
if (refusal !== undefined) process.stderr.write(`skipped: ${refusal}\n`);

const SECCOMP = new URL("seccomp.ts", import.meta.url).href;
const READS = `
name: reads
datasets: { data: { count: 2, size: 64KiB } }
defaults: { access: random, blockSize: 4KiB, workers: 2, queueDepth: 3, cache: warm }
phases: [{ name: read, operation: read, operations: 50 }]
`;

const { EPERM, ENOSYS } = constants.errno;
const SITUATIONS: readonly (readonly [string, number, string])[] = [
  [
    "EPERM",
    EPERM,
    "io_uring is switched off: kernel.io_uring_disabled or a seccomp filter (EPERM)",
  ],
  ["ENOSYS", ENOSYS, "this kernel has no io_uring, or a seccomp filter hides it (ENOSYS)"],
];

describe.skipIf(refusal !== undefined).each(SITUATIONS)("io_uring is %s", (_, errno, sentence) => {
  const around = ({ cwd }: { readonly cwd: string }): Surroundings => ({
    cwd,
    env: { ASSAY_TEST_ERRNO: String(errno) },
    node: ["--import", SECCOMP],
  });

  test("check says so in a sentence, and what runs instead", async () => {
    const bench = makeBench();
    const args = ["check", bench.scenario("reads", READS), "-t", bench.target];
    const { code, stdout } = await assay(args, around(bench));
    expect(code).toBe(0);
    expect(stdout).toContain(`Engine   uring: ${sentence}\n`);
    expect(stdout).toContain("read: sync, 6 threads x depth 1");
  });

  test("a run falls back to threads, and its result says why", async () => {
    const bench = makeBench();
    const args = ["run", bench.scenario("reads", READS), "-q", "-t", bench.target];
    expect(await assay([...args, "--print", "nothing"], around(bench))).toMatchObject({ code: 0 });
    const [phase] = onlyRun(bench.results).phases;
    expect(phase).toMatchObject({ engine: "sync", errors: [] });
    expect(phase?.warnings).toContainEqual({
      code: "engine-fallback",
      message: `sync with a thread an operation, not uring: ${sentence}`,
    });
  });

  test("asked for by name, it is refused before anything is prepared", async () => {
    const bench = makeBench();
    const args = ["run", bench.scenario("reads", READS), "-q", "-t", bench.target];
    const ended = await assay([...args, "--set", "engine=uring"], around(bench));
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(`${sentence}; use engine auto`);
  });
});

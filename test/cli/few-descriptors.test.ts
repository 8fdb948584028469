// @module-tag system
import { expect, it } from "vitest";
import { assayProcess, onlyRun, runFolders } from "./assay.ts";
import { makeBench } from "./bench.ts";

const DIRECTORIES = 400;

it.each(["sync", "threadpool"])(
  "fewer descriptors than directories: all steps open them in turn (%s)",
  async (engine) => {
    const bench = makeBench();
    const phase = `engine: ${engine}, queueDepth: 4, workers: 1, cache: dropped`;
    const text = `
name: trees
datasets: { data: { count: ${DIRECTORIES}, size: 100B, filesPerDirectory: 1 } }
phases:
  - { name: rename, operation: rename, epochs: 1, ${phase} }
  - { name: fetch, operation: fetch, epochs: 1, ${phase} }
`;
    const args = ["run", bench.scenario("trees", text), "-q", "-t", bench.target];
    const ended = await assayProcess([...args, "--print", "nothing"], {
      cwd: bench.cwd,
      ulimit: "-n 100",
    });
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    expect(runFolders(bench.target)).toEqual([]);
    for (const { summaries, warnings } of onlyRun(bench.results).phases) {
      expect(summaries[0]).toMatchObject({ operations: DIRECTORIES, errors: 0 });
      const kept = warnings.find(({ code }) => code === "directories-not-kept");
      // An eighth of the descriptors keep directories open.
      if (engine === "threadpool") {
        expect(kept?.message).toContain(
          "388 of 400 directories of dataset data were not kept open",
        );
      } else expect(kept).toBeUndefined();
    }
  },
);

import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import type { CommandContext } from "../../../src/cli/command.ts";
import { streamConsole } from "../../../src/cli/console.ts";
import { uninterrupted } from "../../../src/cli/ending/ending.ts";
import { SharedData } from "../../../src/cli/sharing/shared-data.ts";
import { executeRun } from "../../../src/run/execute.ts";
import { requestOf } from "../../run/support.ts";
import { directorySpec, scratch } from "../../storage/support.ts";

/** Data that a run handed over, and what the command says about it. */
async function handed() {
  const path = scratch();
  const target = directorySpec(path);
  const dataset = { count: 3, size: { kind: "fixed", bytes: 65_536 } } as const;
  const phases = [{ limit: { kind: "operations", operations: 50 } } as const];
  const request = requestOf({ target, engine: "sync", dataset, phases }, scratch());
  const finished = await executeRun({ ...request, runId: "run-a", handsOverData: true });
  let said = "";
  const stream = new Writable({
    write(text: Buffer, _encoding, done) {
      said += text.toString();
      done();
    },
  });
  const console = streamConsole({ stdout: stream, stderr: stream, env: {} });
  const context: CommandContext = { console, env: {}, version: "0", interrupt: uninterrupted() };
  const shared = new SharedData({ resultsFolder: "results", cleanupTimeoutMs: null }, context);
  const pair = { plan: request.plan, target };
  shared.after({ ...pair, handsOverData: true }, finished);
  expect(readdirSync(path)).toEqual(["assay-run-a"]);
  return { path, shared, pair, said: () => said };
}

test("data that no run took is removed at the end of the command", async () => {
  const { path, shared, said } = await handed();
  expect(await shared.release()).toBe(true);
  expect(readdirSync(path)).toEqual([]);
  expect(await shared.release()).toBe(true);
  expect(said()).toBe("");
});

test("the run that takes it gets its id, another run gets an empty target", async () => {
  const { path, shared, pair } = await handed();
  expect(await shared.before({ ...pair, takesDataOf: "a" })).toBe("run-a");
  expect(readdirSync(path)).toEqual(["assay-run-a"]);
  expect(await shared.before(pair)).toBeUndefined();
  expect(readdirSync(path)).toEqual([]);
  expect(await shared.before({ ...pair, takesDataOf: "a" })).toBeUndefined();
});

test("data of others is named and left, without a command that would not remove it", async () => {
  const { path, shared, said } = await handed();
  symlinkSync("/etc/hosts", `${path}/assay-run-a/strange`);
  expect(await shared.release()).toBe(true);
  expect(said()).toMatch(/^left in the target: .* did not create \(strange\); it was not removed/m);
  expect(said()).not.toContain("data may be left in the target");
  expect(readdirSync(`${path}/assay-run-a`)).toEqual(["strange"]);
});

test("data that cannot be removed is reported with the command that removes it", async () => {
  const { path, shared, said } = await handed();
  writeFileSync(`${path}/assay-run-a/manifest.json`, "{");
  expect(await shared.release()).toBe(false);
  expect(said()).toMatch(/^left in the target: .*manifest/m);
  expect(said()).toMatch(/^left in the target: .*`assay clean run-a/m);
  expect(await shared.release()).toBe(false);
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assayProcess } from "../../cli/assay.ts";
import { makePlace, readScenario } from "./on-hosts.ts";

test("check shows hosts, their clocks, whether they share the target, and the load", async () => {
  const { root, target, env } = makePlace();
  const args = [readScenario(root), "--set", "rate=600/s", "--target", target];
  const hosts = ["--hosts", "local:2", "--offline"];
  const ended = await assayProcess(["check", ...args, ...hosts], { cwd: root, env });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/^2 hosts on 1 machine, clocks within /);
  expect(ended.stdout).toContain("target: one storage for all hosts");
  expect(ended.stdout).toContain(
    "2 hosts x 1 workers x 1 = 2 in flight; 600/s in all, 300/s a host",
  );
  expect(readdirSync(target)).toEqual([]);
}, 90_000);

test("check names a target that a host cannot use", async () => {
  const { root, env } = makePlace();
  const args = ["--target", join(root, "none"), "--hosts", "local:2", "--offline"];
  const ended = await assayProcess(["check", ...args], { cwd: root, env });
  expect(ended.code).toBe(3);
  expect(ended.stdout).toContain("none: not usable: local:0: the target directory");
}, 90_000);

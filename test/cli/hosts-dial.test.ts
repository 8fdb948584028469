import { describe, expect, it } from "vitest";
import { scratch } from "../storage/support.ts";
import { assay } from "./assay.ts";

const RUN = ["run", "smoke", "-t", "null:"];
const HERE = ["--nats", "nats://127.0.0.1:1"];

describe("options of hosts that dial in", () => {
  it.each([
    [["--agents", "2"], "--agents has no effect without --nats or --launcher"],
    [[...HERE], "the number of agents is missing"],
    [[...HERE, "--agents", "0"], "--agents: expected a whole number from 1 to 1000"],
    [[...HERE, "--nodes", "1001"], "--nodes: expected a whole number from 1 to 1000, got `1001`"],
    [[...HERE, "--agents", "2", "--nodes", "3"], "--agents and --nodes are the same number"],
    [[...HERE, "--agents", "2", "--hosts", "local:2"], "give one of them"],
    [[...HERE, "--agents", "2", "--ssh", "x"], "--ssh has no effect on hosts that dial in"],
    [[...HERE, "--agents", "2", "--srun", "x"], "--srun has no effect without --launcher slurm"],
    [[...HERE, "--agents", "2", "--remote", "x"], "--remote has no effect without"],
    [["--nats", "nats://10.1.2.3", "--agents", "1"], "is not encrypted; use tls://"],
    [["--nats", "http://127.0.0.1", "--agents", "1"], "expected tls://host:4222"],
    [["--nats", "tls://u:p@h", "--agents", "1"], "a file for --nats-credentials"],
    [[...HERE, "--agents", "1", "--group", "a b"], "--group: expected 1 to 60 letters"],
    [[...HERE, "--agents", "1", "--nats-ca", "/nowhere"], "--nats-ca: cannot read /nowhere"],
    [["--launcher", "ssh", "--agents", "1"], '--launcher: expected one of "slurm"'],
  ])("%j is refused", async (args, message) => {
    const { code, stdout, stderr } = await assay([...RUN, ...args], { cwd: scratch() });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("u:p");
  });

  it.each([
    [["--rank", "1"], "--rank has no effect without --nats"],
    [[...HERE, "--rank", "x"], "--rank: expected a number"],
    [[...HERE, "--join-timeout", "x"], "--join-timeout: expected a time"],
    [["--nats-credentials", "/nowhere"], "--nats-credentials: cannot read /nowhere"],
  ])("an agent refuses %j", async (args, message) => {
    const { code, stderr } = await assay(["agent", ...args], { cwd: scratch() });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

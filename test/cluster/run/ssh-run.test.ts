// @module-tag system
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { intervalRows, onlyRun, startAssay, until } from "../../cli/assay.ts";
import { scratch } from "../../storage/support.ts";
import { ROOT } from "../../tree.ts";
import { goneWithin, remoteProcess } from "../carriers/processes.ts";
import { type Servers, sshProblem, startServers } from "../carriers/sshd.ts";

const ADDRESSES = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as const;
const [KEEPER, MEMBER] = ADDRESSES;
const PROBLEM = sshProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);
/** Factor on the times that users are promised, for busy hosts. */
const SLACK = 5;

const SCENARIO = `name: on-hosts
title: On several hosts
description: A test.
datasets:
  data: { count: 6, size: 1MiB }
phases:
  - name: read
    dataset: data
    operation: read
    access: random
    blockSize: 4KiB
    cache: warm
    engine: sync
    workers: 1
    duration: DURATION
`;

let servers: Servers;
beforeAll(async () => {
  if (PROBLEM !== null) return;
  servers = await startServers(ADDRESSES.map((address) => ({ address })));
});
afterAll(() => servers?.stop());

/** Starts a run on three hosts, and returns once its load has begun on all. */
async function loading(duration: string) {
  const root = scratch();
  const [target, state] = [join(root, "target"), join(root, "state")];
  mkdirSync(target);
  const file = join(root, "s.yaml");
  writeFileSync(file, SCENARIO.replace("DURATION", duration));
  const home = `XDG_STATE_HOME=${state}`;
  const remote = ["env", home, process.execPath, `${ROOT}/bin/assay.mjs`].join(" ");
  const options = ["--ssh", servers.ssh.join(" "), "--remote", remote, "--offline"];
  const hosts = ["--hosts", "127.0.0.[2-4]", "--max-start-spread", "30s"];
  const going = startAssay(["run", file, "--target", target, ...hosts, ...options], { cwd: root });
  const results = join(root, "results");
  await until("intervals", () => intervalRows(results).length > 4, going);
  const agents = ADDRESSES.map((address) => remoteProcess(address, home));
  const agentOf = (address: string) => remoteProcess(address, home);
  return { going, target, state, results, agents, agentOf };
}

/** The runs that agents keep. */
function keptRuns(state: string): readonly Run[] {
  const folder = join(state, "assay", "agent");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => JSON.parse(readFileSync(join(folder, name, "run.json"), "utf8")));
}

describe.skipIf(PROBLEM !== null)("a run over ssh", () => {
  test.each([
    ["a host", MEMBER, 1],
    ["the host that holds the data", KEEPER, 0],
  ])("goes on if the agent of %s is killed, and removes all data", async (_, address, rank) => {
    const { going, target, results, agents, agentOf } = await loading("10s");
    process.kill(agentOf(address), "SIGKILL");
    const { code, stderr } = await going.ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`read: ${address.replaceAll(".", "\\.")}: lost after`));
    const run = onlyRun(results);
    expect(run.state).toBe("partial");
    const states = ADDRESSES.map((_one, at) => (at === rank ? "partial" : "complete"));
    expect(run.hosts?.map(({ state }) => state)).toEqual(states);
    const [phase] = run.phases;
    expect(phase?.hosts?.map(({ state }) => state)).toEqual(states);
    expect(phase?.hosts?.[rank]?.lostAtNs).toBeGreaterThan(0);
    expect(phase?.warnings.map(({ code: one }) => one)).toContain("host-lost");
    expect(readdirSync(target)).toEqual([]);
    await goneWithin(agents, 1000 * SLACK);
  });

  test("keeps what a host measured that was silent for some time", async () => {
    const { going, target, results, agentOf } = await loading("6s");
    const pid = agentOf(MEMBER);
    process.kill(pid, "SIGSTOP");
    await until("silence", () => /127\.0\.0\.3: silent/.test(going.stderr()), going);
    process.kill(pid, "SIGCONT");
    const { code, stderr } = await going.ended;
    expect(code).toBe(0);
    expect(stderr).toContain("127.0.0.3: answers again");
    const [phase] = onlyRun(results).phases;
    expect(phase?.state).toBe("complete");
    expect(phase?.hosts?.[1]?.silentNs).toBeGreaterThanOrEqual(2e9);
    expect(phase?.warnings.map(({ code: one }) => one)).toContain("host-silent");
    expect(readdirSync(target)).toEqual([]);
  });
});

describe.skipIf(PROBLEM !== null)("a run over ssh that is ended", () => {
  test("stores and cleans at Ctrl-C", async () => {
    const { going, target, state, results, agents } = await loading("60s");
    going.send("SIGINT");
    expect(await going.ended).toMatchObject({ code: 130 });
    expect(onlyRun(results).state).toBe("partial");
    expect(onlyRun(results).phases[0]?.summaries[0]?.operations).toBeGreaterThan(0);
    expect(readdirSync(target)).toEqual([]);
    expect(keptRuns(state)).toEqual([]);
    await goneWithin(agents, 1000 * SLACK);
  });

  test("leaves at the second Ctrl-C; the agents remove the data", async () => {
    const { going, target, agents } = await loading("60s");
    going.send("SIGINT");
    await sleep(150);
    going.send("SIGINT");
    expect(await going.ended).toMatchObject({ code: 130 });
    await goneWithin(agents, 2000 * SLACK);
    expect(readdirSync(target)).toEqual([]);
  });

  test("ends on all hosts if its process is killed; they keep their results", async () => {
    const { going, target, state, agents } = await loading("60s");
    going.send("SIGKILL");
    const goneMs = await goneWithin(agents, 2000 * SLACK);
    process.stderr.write(`coordinator killed: agents cleaned and gone in ${goneMs | 0} ms\n`);
    expect(readdirSync(target)).toEqual([]);
    const kept = keptRuns(state);
    expect(kept).toHaveLength(3);
    for (const run of kept) {
      expect(run.state).toBe("partial");
      expect(run.reason).toMatch(/^the coordinator was lost: /);
      expect(run.phases[0]?.summaries[0]?.operations).toBeGreaterThan(0);
    }
  });
});

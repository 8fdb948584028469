// @module-tag system
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { goneWithin, processesThatShow, processesWith } from "../carriers/processes.ts";
import {
  expectMerged,
  expectNothingLeft,
  makeDialPlace,
  PROBLEM,
  storedTexts,
  twoPhases,
} from "../dial/run.ts";
import {
  type Place,
  readScenario,
  runOnHosts,
  startOnHosts,
  storedRuns,
  untilLoad,
} from "../run/on-hosts.ts";

const LOCAL = ["--launcher", "local", "--agents", "3"];

/** Starts a run with three agents, and returns once its load has begun. */
async function loading(duration: string) {
  const place = makeDialPlace();
  const file = readScenario(place.root, duration);
  const going = startOnHosts(place, [file, "--target", place.target], LOCAL);
  await untilLoad(place, going);
  const agents = [0, 1, 2].map((rank) => agentOf(place, rank));
  return { place, going, agents };
}

function agentOf({ root }: Place, rank: number): number {
  const ours = processesThatShow(root);
  const [pid] = processesWith("node", "agent", "--rank", `${rank}`).filter((one) =>
    ours.includes(one),
  );
  if (pid === undefined) throw new Error(`no agent with rank ${rank}`);
  return pid;
}

describe.skipIf(PROBLEM !== null)("a run with agents that it starts on this host", () => {
  test("merges what they did, and leaves neither processes nor secrets", async () => {
    const place = makeDialPlace();
    const args = [twoPhases(place), "--target", place.target];
    const ended = await runOnHosts(place, args, LOCAL);
    expect(ended).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    if (run === undefined) throw new Error("no run is stored");
    expect(run).toMatchObject({ state: "complete", hostScope: "shared" });
    expect(run.hosts?.map(({ rank }) => rank)).toEqual([0, 1, 2]);
    const folders = readdirSync(join(place.root, "results", run.id, "hosts"));
    expect(folders).toEqual(
      run.hosts?.map(({ rank, name }) => `${rank}-${name.replace(":", "-")}`),
    );
    expectMerged(place, run);
    await expectNothingLeft(place);
    for (const text of [storedTexts(place), ended.stdout, ended.stderr]) {
      expect(text).not.toMatch(/secret|BEGIN (CERTIFICATE|PRIVATE KEY)|password/i);
    }
  });

  test("goes on if one is killed, and removes its data", async () => {
    const { place, going, agents } = await loading("6s");
    process.kill(agents[1] ?? 0, "SIGKILL");
    const { code, stderr } = await going.ended;
    expect(code).toBe(3);
    const [run] = storedRuns(place);
    expect(run?.state).toBe("partial");
    expect(run?.hosts?.map(({ state }) => state)).toEqual(["complete", "partial", "complete"]);
    expect(stderr).toContain(`read: ${run?.hosts?.[1]?.name}: lost after`);
    expect(run?.phases[0]?.warnings.map(({ code: one }) => one)).toContain("host-lost");
    await expectNothingLeft(place);
  });

  test("stores and cleans at Ctrl-C", async () => {
    const { place, going } = await loading("60s");
    going.send("SIGINT");
    expect(await going.ended).toMatchObject({ code: 130 });
    const [run] = storedRuns(place);
    expect(run?.state).toBe("partial");
    expect(run?.hosts?.map(({ state }) => state)).toEqual(["partial", "partial", "partial"]);
    expect(run?.phases[0]?.summaries[0]?.operations).toBeGreaterThan(0);
    await expectNothingLeft(place);
  });

  test("ends with its coordinator; the agents clean and keep their results", async () => {
    const { place, going, agents } = await loading("60s");
    going.send("SIGKILL");
    // They miss its beats for 10 s.
    await goneWithin(agents, 60_000);
    await expectNothingLeft(place);
    const kept = join(place.env.XDG_STATE_HOME ?? "", "assay", "agent");
    const runs = existsSync(kept) ? readdirSync(kept) : [];
    expect(runs).toHaveLength(3);
    for (const name of runs) {
      const run = JSON.parse(readFileSync(join(kept, name, "run.json"), "utf8"));
      expect(run.state).toBe("partial");
      expect(run.reason).toMatch(/^the coordinator was lost: /);
    }
  });
});

// @module-tag system
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agentPassword } from "../../../src/cluster/dial/users.ts";
import { useNats } from "../../nats.ts";
import { processesThatShow } from "../carriers/processes.ts";
import {
  type Place,
  readScenario,
  runOnHosts,
  startOnHosts,
  storedRuns,
  untilLoad,
} from "../run/on-hosts.ts";
import { GROUP, groupUsers, SECRETS } from "./group.ts";
import {
  credentialsFiles,
  expectMerged,
  expectNothingLeft,
  makeDialPlace,
  startDialledAgent,
  storedTexts,
  twoPhases,
} from "./run.ts";

const nats = await useNats({ users: groupUsers(GROUP) });

/** A place with two agents that were started by hand, and the words of their coordinator. */
async function handStarted(allow: (place: Place) => string) {
  const place = makeDialPlace();
  const { coordinator, agents: file } = await credentialsFiles(place, nats.server.url);
  const agents = [0, 1].map(() => startDialledAgent(place, file, allow(place)));
  return { place, agents, hosts: ["--nats-credentials", coordinator, "--agents", "2"] };
}

describe.skipIf(!nats.available)("a run with agents that were started by hand", () => {
  test("merges what they did, and shows no secret", async () => {
    const { place, agents, hosts } = await handStarted(({ target }) => target);
    const going = startOnHosts(place, [twoPhases(place), "--target", place.target], hosts);
    await untilLoad(place, going);
    const secrets = [...Object.values(SECRETS), ...[0, 1, null].map(passwordOf)];
    // Processes of other tests have the same secrets.
    const ours = processesThatShow(place.root);
    const shown = secrets.flatMap(processesThatShow).filter((pid) => ours.includes(pid));
    expect(shown).toEqual([]);
    const ended = await going.ended;
    expect(ended).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    if (run === undefined) throw new Error("no run is stored");
    expect(run).toMatchObject({ state: "complete", hostScope: "shared" });
    expectMerged(place, run);
    const ends = await Promise.all(agents.map(({ ended: end }) => end));
    expect(ends.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, "", ""],
      [0, "", ""],
    ]);
    await expectNothingLeft(place);
    const texts = [storedTexts(place), ended.stdout, ended.stderr].join("\n");
    for (const secret of secrets) expect(texts).not.toContain(secret);
  });

  test("is refused for a target that the agents do not allow", async () => {
    const { place, agents, hosts } = await handStarted(({ root }) => join(root, "keys"));
    const args = [readScenario(place.root), "--target", place.target];
    const ended = await runOnHosts(place, args, hosts);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(
      `${place.target} is not in a directory that --allow names; start the agent with \`--allow `,
    );
    for (const agent of agents) {
      const { code, stderr } = await agent.ended;
      expect([code, stderr]).toEqual([0, ""]);
    }
    expect(readdirSync(place.root)).not.toContain("results");
    await expectNothingLeft(place);
  });

  test("goes on if the server is killed and restarted in a phase", async () => {
    const { place, agents, hosts } = await handStarted(({ target }) => target);
    const args = [readScenario(place.root, "10s"), "--target", place.target];
    const going = startOnHosts(place, args, hosts);
    await untilLoad(place, going);
    const before = nats.server.pid;
    await nats.server.restart();
    expect(nats.server.pid).not.toBe(before);
    expect(going.over()).toBe(false);
    expect(await going.ended).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    if (run === undefined) throw new Error("no run is stored");
    expect(run.state).toBe("complete");
    expect(run.hosts?.map(({ state }) => state)).toEqual(["complete", "complete"]);
    expectMerged(place, run);
    for (const agent of agents) expect(await agent.ended).toMatchObject({ code: 0 });
    await expectNothingLeft(place);
  });
});

describe.skipIf(!nats.available)("an agent", () => {
  test("that comes after the start is refused in one sentence", async () => {
    const { place, agents, hosts } = await handStarted(({ target }) => target);
    const args = [readScenario(place.root, "8s"), "--target", place.target];
    const going = startOnHosts(place, args, hosts);
    await untilLoad(place, going);
    const file = join(place.root, "keys", "agents.json");
    const late = [[], ["--rank", "1"]].map((more) =>
      startDialledAgent(place, file, place.target, more),
    );
    for (const { ended } of late) {
      const { code, stderr } = await ended;
      const sentence = "the run has started; an agent that comes later does not take part\n";
      expect([code, stderr]).toEqual([3, sentence]);
    }
    expect(await going.ended).toMatchObject({ code: 0 });
    for (const agent of agents) expect(await agent.ended).toMatchObject({ code: 0 });
    await expectNothingLeft(place);
  });

  test("that finds no run in time says so in one sentence", async () => {
    const place = makeDialPlace();
    const { agents: file } = await credentialsFiles(place, nats.server.url);
    const words = ["--join-timeout", "1s"];
    const { code, stderr } = await startDialledAgent(place, file, place.target, words).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^no run was started in the group within the time of --join-timeout/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

function passwordOf(rank: number | null): string {
  return agentPassword(SECRETS.secret, rank);
}

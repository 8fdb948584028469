// @module-tag system
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assayProcess } from "../../cli/assay.ts";
import { scratch } from "../../storage/support.ts";
import { ROOT } from "../../tree.ts";
import { type Servers, sshProblem, startServers } from "../carriers/sshd.ts";
import { readScenario } from "../run/on-hosts.ts";

const ADDRESS = "127.0.0.5";
const PROBLEM = sshProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);

let servers: Servers;
beforeAll(async () => {
  if (PROBLEM === null) servers = await startServers([{ address: ADDRESS }]);
});
afterAll(() => servers?.stop());

test.skipIf(PROBLEM !== null)(
  "a key whose command is an agent with --allow loads nothing else, whatever is requested",
  async () => {
    const root = scratch();
    const [inside, outside] = [join(root, "efs"), join(root, "other")];
    for (const folder of [inside, outside]) mkdirSync(folder);
    const agent = `${process.execPath} ${ROOT}/bin/assay.mjs agent --allow ${inside}`;
    const key = readFileSync(join(servers.folder, "user.pub"), "utf8");
    const command = `env XDG_STATE_HOME=${root}/state ${agent}`;
    writeFileSync(join(servers.folder, "authorized"), `restrict,command="${command}" ${key}`);
    const run = (target: string) => {
      const remote = ["--remote", `touch ${join(outside, "ran")}`, "--ssh", servers.ssh.join(" ")];
      const file = readScenario(root);
      const args = ["run", file, "--target", target, "--hosts", ADDRESS, ...remote, "--offline"];
      return assayProcess(args, { cwd: root });
    };
    const refused = await run(outside);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toContain(
      `${ADDRESS}: ${outside} is not in a directory that --allow names; start the agent with`,
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(await run(inside)).toMatchObject({ code: 0 });
    expect(readdirSync(inside)).toEqual([]);
  },
  90_000,
);

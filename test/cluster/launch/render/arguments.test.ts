import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { texts } from "../../../../src/cli/command.ts";
import { COMMANDS } from "../../../../src/cli/commands/index.ts";
import { agentDial } from "../../../../src/cli/hosts/agent-dial.ts";
import { parseLine } from "../../../../src/cli/parser.ts";
import { CREDENTIALS_VARIABLE } from "../../../../src/cluster/dial/credentials.ts";
import { makeHello } from "../../../../src/cluster/hello.ts";
import { SYSTEM_ROOTS } from "../../../../src/environment/machine/roots.ts";
import { scratch } from "../../../storage/support.ts";
import { BATCHES, TASKS, YAML } from "./jobs.ts";

const CREDENTIALS = JSON.stringify({ group: "other", secret: "0123456789abcdef0123456789" });

/** Renderings as data, by the name of their golden file. */
const RENDERINGS: readonly (readonly [string, unknown])[] = [
  ...Object.entries(YAML).map(
    ([name, text]) => [name, parseAllDocuments(text).map((one) => one.toJS())] as const,
  ),
  ...Object.entries({ ...BATCHES, ...TASKS }),
];

/** Lists of words in a value that begin with `agent`. */
function agentLines(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && value[0] === "agent") return [value];
  return Object.values(value).flatMap(agentLines);
}

describe.each(RENDERINGS)("the agents of %s", (name, rendering) => {
  const lines = agentLines(rendering);

  it("have arguments that the program accepts", async () => {
    expect(lines.length).toBeGreaterThan(0);
    const file = join(scratch(), "agents.json");
    writeFileSync(file, CREDENTIALS, { mode: 0o600 });
    for (const line of lines) {
      const words = line.map((word) => word.replace("/run/assay/agents.json", file));
      const options = { commands: COMMANDS, version: "", columns: 80 };
      const called = await parseLine(words, options);
      if (called.kind !== "command") throw new Error(called.page);
      const { command, parsed } = called;
      expect(command.usage).toBe("agent");
      // A pod mounts the file; a container of AWS gets its text as a variable.
      const isMounted = words.includes(file);
      expect(isMounted).toBe(name.endsWith(".yaml"));
      const env = isMounted ? {} : { [CREDENTIALS_VARIABLE]: CREDENTIALS };
      const dial = await agentDial(parsed, env, makeHello("", {}, SYSTEM_ROOTS));
      expect(dial).toMatchObject({
        urls: [expect.stringMatching(/^tls:\/\/(nats\.internal|(assay|on)-nats):4222$/)],
        ...{ group: "assay", withinMs: 600_000, rank: null },
        login: { kind: "group" },
      });
      const isPath = /path|efs/.test(name);
      expect(texts(parsed, "allow")).toEqual([isPath ? "/mnt/efs" : "s3://bucket/bench"]);
    }
  });

  it("have no secret among them", () => {
    for (const line of lines) expect(line.join(" ")).not.toMatch(/secret|AQ==/);
  });
});

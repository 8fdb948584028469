import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manualLauncher } from "../../../src/cluster/launch/manual.ts";
import { EXIT } from "../../../src/model/fault/errors.ts";
import { scratch } from "../../storage/support.ts";
import { CREDENTIALS, SECRET } from "./agents.ts";

function launch(file: string, nodes = 8) {
  const lines: string[] = [];
  const launcher = manualLauncher({ file, print: (line) => void lines.push(line) });
  const command = ["assay", "agent", "--nats", "tls://h:4222", "--allow", "/mnt/it's here"];
  return { launched: launcher.start({ command, credentials: CREDENTIALS, nodes }), lines };
}

describe("the manual launcher", () => {
  test("prints a command for a shell, and never the secret", () => {
    const file = join(scratch(), "agents.json");
    const { lines } = launch(file);
    expect(lines.at(-1)?.trim()).toBe(
      "assay agent --nats tls://h:4222 --allow '/mnt/it'\\''s here' " +
        `--nats-credentials ${file}`,
    );
    expect(lines.join("\n")).toContain("on each of 8 hosts");
    expect(lines.join("\n")).not.toContain(SECRET);
    expect(launch(join(scratch(), "a"), 1).lines.join("\n")).toContain("on one host");
  });

  test("writes the credentials for this user only, and removes them", async () => {
    const file = join(scratch(), "agents.json");
    const { launched } = launch(file);
    expect(readFileSync(file, "utf8")).toBe(CREDENTIALS);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await launched.stop();
    expect(existsSync(file)).toBe(false);
    await launched.stop();
  });

  test("overwrites no file, and leaves it where it is", () => {
    const file = join(scratch(), "agents.json");
    writeFileSync(file, "mine");
    expect(() => launch(file)).toThrow(
      expect.objectContaining({
        exitCode: EXIT.machine,
        message: expect.stringMatching(/EEXIST.*agents\.json.*; another run uses it/),
      }),
    );
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(() => launch(join(file, "below"))).toThrow(/ENOTDIR.*; name a directory/);
  });

  test("removes a file only if it wrote it", async () => {
    const file = join(scratch(), "agents.json");
    const { launched } = launch(file);
    await launched.stop();
    writeFileSync(file, "of a later run");
    await launched.stop();
    expect(readFileSync(file, "utf8")).toBe("of a later run");
  });
});

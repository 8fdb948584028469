// @module-tag system
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { begin, canEmulate, runEmulate, SCRATCH, traces, useScratch } from "./support.ts";

useScratch();
const possible = test.skipIf(!(await canEmulate()));
const SMALL = ["--as", "gp3", "--size", "32MiB", "--folder", SCRATCH];

/** A command that prints its directory and its group, and continues. */
const WAITS = `trap 'echo ended; exit 9' TERM INT
  echo "$ASSAY_VOLUME $(cat /proc/self/cgroup | grep -c assay-volume)"
  while :; do sleep 0.05; done`;

/** The same, but it only reports the first signal. */
const WAITS_TWICE = WAITS.replace(
  "trap 'echo ended; exit 9'",
  "trap 'test -n \"$again\" && exit 9; again=1; echo once'",
);

/** The id of a volume, once its command has started. */
async function untilBegun(child: ChildProcess): Promise<string> {
  const [line] = await once(child.stdout ?? child, "data");
  const id = /assay-volumes\/([0-9a-f]{8})\/mount 1\n/.exec(String(line))?.[1];
  if (id === undefined) throw new Error(`an unexpected first line: ${line}`);
  expect(traces(id).length).toBeGreaterThanOrEqual(5);
  return id;
}

function expectNothingLeft(id: string): Promise<void> {
  return expect.poll(() => traces(id), { timeout: 20_000 }).toEqual([]);
}

/** What `up` exports. */
function exported(stdout: string, name: string): string {
  return new RegExp(`^export ${name}=(.*)$`, "m").exec(stdout)?.[1] ?? "";
}

describe("exec", () => {
  possible("runs a command in the volume and its group, and ends with its code", async () => {
    const script = 'grep -c "$ASSAY_VOLUME ext4" /proc/mounts; echo "$ASSAY_VOLUME"; exit 7';
    const { code, stdout } = await runEmulate(["exec", ...SMALL, "--", "sh", "-c", script]);
    expect([code, stdout]).toEqual([7, expect.stringMatching(/^1\n\/run\/assay-volumes\//)]);
    await expectNothingLeft(stdout.split("/")[3] ?? "");
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    possible(`passes ${signal} on, and leaves nothing`, async () => {
      const child = begin(["exec", ...SMALL, "--", "sh", "-c", WAITS]);
      const id = await untilBegun(child);
      child.kill(signal);
      const [code] = await once(child, "exit");
      expect(code).toBe(9);
      expect(traces(id)).toEqual([]);
    });
  }

  possible("passes a second Ctrl-C on, and leaves nothing whenever it comes", async () => {
    const child = begin(["exec", ...SMALL, "--", "sh", "-c", WAITS_TWICE]);
    const id = await untilBegun(child);
    child.kill("SIGINT");
    await once(child.stdout ?? child, "data");
    child.kill("SIGINT");
    // While it is taken down, too.
    const often = setInterval(() => child.kill("SIGINT"), 5);
    const [code, signal] = await once(child, "exit");
    clearInterval(often);
    // Node gives signals back to the system as it ends, when nothing is left to be taken down.
    expect(code ?? signal).toBe(code === null ? "SIGINT" : 9);
    expect(traces(id)).toEqual([]);
  });
});

describe("exec leaves nothing", () => {
  possible("when it is killed, and ends the command", async () => {
    const child = begin(["exec", ...SMALL, "--", "sh", "-c", WAITS]);
    const id = await untilBegun(child);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expectNothingLeft(id);
  });

  possible("when it is killed while the volume is made", async () => {
    const folder = join(SCRATCH, "early");
    mkdirSync(folder);
    const child = begin(["exec", ...SMALL, "--folder", folder, "--", "true"]);
    await expect.poll(() => readdirSync(folder), { interval: 1, timeout: 20_000 }).toHaveLength(1);
    const id = /[0-9a-f]{8}/.exec(readdirSync(folder)[0] ?? "")?.[0] ?? "";
    child.kill("SIGKILL");
    await expectNothingLeft(id);
    expect(readdirSync(folder)).toEqual([]);
  });

  possible("when its keeper is killed", async () => {
    const child = begin(["exec", ...SMALL, "--", "sh", "-c", WAITS]);
    const id = await untilBegun(child);
    const record = JSON.parse(readFileSync(`/run/assay-volumes/${id}/volume.json`, "utf8"));
    process.kill(record.keeperPid, "SIGKILL");
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(9);
    expect(traces(id)).toEqual([]);
  });

  possible("though its file was removed under it", async () => {
    const remove = 'echo "$ASSAY_VOLUME"; rm "$0"/assay-volume-*.img';
    const folder = join(SCRATCH, "removed");
    mkdirSync(folder);
    const options = [...SMALL, "--folder", folder, "--", "sh", "-c", remove, folder];
    const { code, stdout } = await runEmulate(["exec", ...options]);
    expect(code).toBe(0);
    await expectNothingLeft(stdout.split("/")[3] ?? "");
  });

  possible("what cannot be started is said as a shell would", async () => {
    const { code, stderr } = await runEmulate(["exec", ...SMALL, "--", "no-such-command"]);
    expect([code, stderr]).toEqual([127, expect.stringContaining("no-such-command: not found")]);
  });
});

describe("up, list and down", () => {
  possible("a volume stays, is listed, cannot be removed in use, and is removed", async () => {
    const burst = ["--as", "gp2", "--size", "32MiB", "--as-size", "100GiB", "--scale", "1000"];
    const { code, stdout } = await runEmulate(["up", ...burst, "--folder", SCRATCH]);
    expect(code).toBe(0);
    const id = exported(stdout, "ASSAY_VOLUME_ID");
    const path = exported(stdout, "ASSAY_VOLUME");
    const { stdout: listed } = await runEmulate(["list"]);
    expect(listed).toMatch(
      new RegExp(`^${id}  ${path}  gp2, 300 IOPS .* from 5400 operations`, "m"),
    );
    const user = begin(["exec", ...SMALL, "--", "sh", "-c", `cd ${path}; ${WAITS}`]);
    const other = await untilBegun(user);
    const refused = await runEmulate(["down", id]);
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringMatching(/busy.*end the processes that use/),
    ]);
    const several = await runEmulate(["down"]);
    expect([several.code, several.stderr]).toEqual([2, expect.stringContaining(id)]);
    user.kill("SIGTERM");
    await once(user, "exit");
    expect(traces(other)).toEqual([]);
    expect(await runEmulate(["down", id])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(traces(id)).toEqual([]);
  });

  possible("a device without a file system, whose keeper was killed, is taken down", async () => {
    const { stdout } = await runEmulate(["up", ...SMALL, "--fs", "none"]);
    expect(exported(stdout, "ASSAY_VOLUME")).toMatch(/^\/dev\/loop\d+$/);
    const id = exported(stdout, "ASSAY_VOLUME_ID");
    const record = JSON.parse(readFileSync(`/run/assay-volumes/${id}/volume.json`, "utf8"));
    process.kill(record.keeperPid, "SIGKILL");
    const { stdout: listed } = await runEmulate(["list"]);
    expect(listed).toMatch(new RegExp(`^${id}  /dev/loop\\d+ .*its keeper process ended`, "m"));
    expect((await runEmulate(["down", id])).code).toBe(0);
    expect(traces(id)).toEqual([]);
  });

  test("there is no volume of another name", async () => {
    const { code, stderr } = await runEmulate(["down", "beef"]);
    expect([code, stderr]).toEqual([3, "there is no emulated volume beef\n"]);
  });
});

describe("one sentence for", () => {
  const wrong: readonly (readonly [string, readonly string[], string])[] = [
    ["a kind there is not", ["--as", "gp4"], "--as cannot be `gp4`: expected gp2, gp3, io2, st1"],
    ["no kind", [], "--as is missing: expected gp2, gp3, io2, st1"],
    ["IOPS of 0", ["--as", "gp3", "--iops", "0"], "--iops cannot be `0`: expected a number"],
    [
      "IOPS that gp3 does not have",
      ["--as", "gp3", "--iops", "999999"],
      "--iops: gp3 can be provisioned with 3,000 to 80,000 IOPS (until 2025-09-26 at most " +
        "16,000); got 999,999; --instance-limit emulates a lower limit",
    ],
    ["few IOPS", ["--as", "io2", "--iops", "99"], "--iops: io2 can be provisioned with 100 to"],
    ["throughput that needs IOPS", ["--as", "gp3", "--throughput", "1000MiB/s"], "requires 4,000"],
    ["a size without unit", ["--as", "gp3", "--size", "7"], "--size: the number 7"],
    ["no room", ["--as", "gp3", "--size", "1MiB"], "--size 1MiB has no room"],
    ["a share of more than all", ["--as", "gp3", "--first-touch", "140%"], "such as 40%"],
    ["a share without %", ["--as", "gp3", "--first-touch", "0.4"], "such as 40%"],
    ["an unknown file system", ["--as", "gp3", "--fs", "zfs"], "--fs cannot be `zfs`"],
    ["two rates", ["--as", "gp3", "--instance-limit", "5,6"], "expected such as 2500,78MB/s"],
    ["io2 without IOPS", ["--as", "io2"], "io2 has no default IOPS"],
  ];
  const unused: readonly (readonly [string, readonly string[], string])[] = [
    ["no action", [], "an argument is missing; expected `assay emulate <action> [id]`"],
    ["an unknown action", ["upp"], "action: expected one of "],
    ["exec without a command", ["exec", "--as", "gp3"], "emulate exec requires a command; add it"],
    ["exec without --", ["exec", "true", "--as", "gp3"], "requires a command; add it after --"],
    ["list with an option", ["list", "--as", "gp3"], "emulate list does not use --as; remove it"],
    ["list with a command", ["list", "--", "ls"], "emulate list runs no command; use"],
    ["up with an id", ["up", "beef", "--as", "gp3"], "emulate up takes no argument `beef`"],
  ];
  const all = [
    ...wrong.map(([name, options, message]) => [name, ["up", ...options], message] as const),
    ...unused,
  ];
  test.each(all)("%s", async (_, options, message) => {
    const { code, stdout, stderr } = await runEmulate(options);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

// @module-tag system
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MINIO_PROGRAM } from "../../../src/testbed/minio/binary.ts";
import { foundBinary } from "../../../src/testbed/program/program.ts";
import { listeners, untilLine, useCommand } from "../command.ts";

const { begin, environment, expectNothingLeft, remaining, run, scratch } = useCommand("minio");
const ready = (await foundBinary(MINIO_PROGRAM, process.env)) !== null;
if (!ready) process.stderr.write("skipped: MinIO is neither on the PATH nor built\n");
const onLinux = test.skipIf(!ready || process.platform !== "linux");

onLinux(
  "prints how to reach it, listens on the loopback only, and is gone after Ctrl-C",
  async () => {
    const child = begin([]);
    const text = await untilLine(child, /AWS_SECRET_ACCESS_KEY=\w+\n/);
    expect(text).toMatch(/^export ASSAY_S3_ENDPOINT=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(text).toMatch(/^export AWS_ENDPOINT_URL_S3=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(text).toMatch(/^export ASSAY_S3_BUCKET=assay$/m);
    const secret = /AWS_SECRET_ACCESS_KEY=(\w+)/.exec(text)?.[1] ?? "";
    expect(secret.length).toBeGreaterThan(30);
    // Command lines are everyone's to read, so the credentials must not be on them.
    expect(remaining().join("\n")).not.toContain(secret);
    const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    const local = listeners(Number(port));
    expect(local).toContain("0100007F");
    // MinIO adds the loopback of IPv6 by itself.
    expect(local.filter((address) => !/^(0100007F|0{24}01000000)$/.test(address))).toEqual([]);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    await expectNothingLeft();
  },
);

onLinux("is gone when its user is killed", async () => {
  const child = begin([]);
  await untilLine(child, /AWS_SECRET_ACCESS_KEY=\w+\n/);
  expect(remaining().length).toBeGreaterThan(0);
  child.kill("SIGKILL");
  await once(child, "exit");
  await expectNothingLeft();
});

onLinux("runs a command with the endpoint and a bucket, and ends with its code", async () => {
  const script = `
    const { S3Client, ListBucketsCommand } = await import("@aws-sdk/client-s3");
    const client = new S3Client({ endpoint: process.env.ASSAY_S3_ENDPOINT, forcePathStyle: true });
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    client.destroy();
    console.log(Buckets.map((bucket) => bucket.Name).join());
    process.exitCode = 7;`;
  const node = [process.execPath, "--input-type=module", "-e", script];
  const cwd = fileURLToPath(new URL("../../..", import.meta.url));
  await expect(run(["--exec", "--", ...node], { cwd })).rejects.toMatchObject({
    code: 7,
    stdout: "assay\n",
  });
  await expectNothingLeft();
});

onLinux("passes a signal on to the command and waits for it", async () => {
  const script = `process.on("SIGTERM", () => { console.log("ended"); process.exit(9); });
    setInterval(() => {}, 1000); console.log("begun");`;
  const child = begin(["--exec", "--", process.execPath, "-e", script]);
  await once(child.stdout ?? child, "data");
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  child.kill("SIGTERM");
  const [code] = await once(child, "close");
  expect([code, text]).toEqual([9, "ended\n"]);
  await expectNothingLeft();
});

onLinux("uses the endpoint in the environment and names its missing variables", async () => {
  const env = environment({
    ASSAY_S3_ENDPOINT: "http://127.0.0.1:9",
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
  });
  await expect(run([], { env })).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not; set them/),
  });
});

onLinux("explains how to get a MinIO", async () => {
  const env = environment({ PATH: scratch(), XDG_CACHE_HOME: join(scratch(), "none") });
  await expect(run([], { env })).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^there is no MinIO: install `minio` or Go .* Docker, or set/),
  });
});

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["a misspelled option", ["--exce"], /^unknown option --exce; did you mean --exec\?\n$/],
  ["no command to execute", ["--exec", "--"], /^--exec requires a command; add it after --/],
  ["a command without --exec", ["--", "true"], /^a command after -- requires --exec; add/],
  ["--install with --tls", ["--install", "--tls"], /^--install starts no MinIO; remove/],
];
onLinux.each(wrong)("rejects %s in one sentence", async (_, parameters, message) => {
  await expect(run(parameters)).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(message),
  });
});

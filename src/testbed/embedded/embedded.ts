/**
 * The embedded S3 server: the npm package fauxqs in a child process, for hosts without MinIO. It
 * keeps objects in memory and is not a production server, so its numbers describe itself only.
 * `server.ts` is the child process; `requests.ts` decides which requests it answers.
 */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { threadModule } from "../../model/thread-module.ts";
import { keep } from "../foreground/keeper.ts";
import { environmentOf, type Minio, makeBucket, REGION } from "../minio/endpoint.ts";
import { reservePort } from "../program/port.ts";
import type { Unavailable } from "../program/program.ts";
import { EMBEDDED, type EmbeddedTask } from "./requests.ts";

const SERVER = fileURLToPath(threadModule("./server", import.meta.url));
const READY_DEADLINE_MS = 20_000;
const READY_POLL_MS = 20;

/**
 * Starts the embedded server on a port of the loopback, with random credentials and a bucket. It
 * ends with `stop`, and also if this process is killed.
 */
export async function startEmbedded(): Promise<Minio | Unavailable> {
  const accessKey = `assay${randomBytes(8).toString("hex")}`;
  const secretKey = randomBytes(24).toString("hex");
  const folder = await mkdtemp(join(tmpdir(), "assay-s3-"));
  const { port, release } = await reservePort();
  const ready = join(folder, "ready");
  const task: EmbeddedTask = { port, accessKey, ready };
  const server = [process.execPath, SERVER, JSON.stringify(task)];
  const kept = await keep(folder, "KILL", server, { PATH: process.env.PATH ?? "" });
  const stop = () => kept.stop().finally(release);
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (!existsSync(ready) && !kept.words.ended && performance.now() < deadline) {
    await sleep(READY_POLL_MS);
  }
  if (!existsSync(ready)) {
    await stop();
    const why = kept.words.text.trim() || "it did not respond in time";
    return { unavailable: `the embedded S3 server (${EMBEDDED}) did not start: ${why}` };
  }
  const address = { endpoint: `http://127.0.0.1:${port}`, region: REGION, bucket: "assay" };
  const reached = { ...address, accessKey, secretKey, caPath: null, pid: kept.pid };
  await makeBucket(reached);
  return { ...reached, environment: environmentOf(reached), stop };
}

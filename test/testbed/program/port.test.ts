// @module-tag system
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { startMinio } from "../../../src/testbed/minio/minio.ts";
import { reservePort } from "../../../src/testbed/program/port.ts";

afterEach(() => void vi.restoreAllMocks());

/** Makes the next reservations try these ports, in this order. */
function draw(...ports: readonly number[]): void {
  const random = vi.spyOn(Math, "random");
  for (const port of ports) random.mockReturnValueOnce((port - 20_000 + 0.5) / 10_000);
}

async function reserve(): Promise<{ readonly port: number; release(): void }> {
  const reserved = await reservePort();
  onTestFinished(() => reserved.release());
  return reserved;
}

describe("a reserved port", () => {
  test("is exclusive until it is released", async () => {
    const first = await reserve();
    const other = await reserve();
    expect(other.port).not.toBe(first.port);
    other.release();
    draw(first.port, first.port, other.port);
    expect((await reserve()).port).toBe(other.port);
    first.release();
    first.release();
    draw(first.port);
    expect((await reserve()).port).toBe(first.port);
  });

  test.each([false, true])("is none that something listens on (shared: %s)", async (reusePort) => {
    const { port, release } = await reserve();
    const next = await reserve();
    for (const { release: giveBack } of [{ release }, next]) giveBack();
    const server = createServer().listen({ port, host: "127.0.0.1", reusePort });
    await once(server, "listening");
    onTestFinished(() => void server.close());
    draw(port, next.port);
    expect((await reserve()).port).toBe(next.port);
    server.close();
    await once(server, "close");
    // The attempt left nothing behind.
    draw(port);
    expect((await reserve()).port).toBe(port);
  });
});

test("a killed server's port is its own until it is stopped", async ({ skip }) => {
  const minio = await startMinio({ own: true });
  if ("unavailable" in minio || minio.pid === null) {
    process.stderr.write("skipped: no MinIO of our own that could be killed\n");
    return skip();
  }
  const port = Number(new URL(minio.endpoint).port);
  const { port: next, release } = await reserve();
  release();
  process.kill(minio.pid, "SIGKILL");
  await expect.poll(() => fetch(minio.endpoint).catch(() => "gone")).toBe("gone");
  draw(port, next);
  expect((await reserve()).port).toBe(next);
  await minio.stop();
  draw(port);
  expect((await reserve()).port).toBe(port);
});

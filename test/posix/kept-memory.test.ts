// @module-tag system
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { uringRefusal } from "../../src/engine/uring/refusal.ts";
import { keepForKernel } from "../../src/posix/kept-memory.ts";
import { loadLibc } from "../../src/posix/libc.ts";
import { RING_CALL, Ring } from "../../src/posix/ring.ts";
import { scratch } from "../storage/support.ts";

const refusal = uringRefusal();
if (refusal !== null) process.stderr.write(`skipped for uring: ${refusal}\n`);

/** The WebAssembly memory of a buffer, reachable only through the returned reference. */
function madeBuffer(keep: boolean): WeakRef<ArrayBuffer> {
  const { buffer } = new WebAssembly.Memory({ initial: 1 });
  if (keep) keepForKernel(new Uint8Array(buffer));
  return new WeakRef(buffer);
}

describe("memory of a closed ring", () => {
  it("is kept from the garbage collector", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const [kept, free] = [madeBuffer(true), madeBuffer(false)];
    await setImmediate();
    collect();
    expect([kept.deref()?.byteLength, free.deref()]).toEqual([65_536, undefined]);
  });

  it.skipIf(refusal !== null).each([
    ["a read that does not complete", "fifo", true],
    ["no operation in flight", "none", false],
  ])("is in use after %s", (_, what, isBusy) => {
    const ring = Ring.open(1, { flags: 0 });
    const address = loadLibc()?.addressOf;
    if (typeof ring === "string" || address === undefined) return expect.fail(String(ring));
    const path = join(scratch(), "fifo");
    execFileSync("mkfifo", [path]);
    const fd = openSync(path, constants.O_RDWR);
    const block = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
    if (what === "fifo") ring.push(RING_CALL.read, 0, fd, 0, address(block), 4096, 0);
    ring.reap(new Int32Array(1), new Float64Array(1), 1e6);
    expect([ring.close(), ring.close()]).toEqual([isBusy, isBusy]);
    closeSync(fd);
  });
});

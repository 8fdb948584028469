// @module-tag system
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeBuffers } from "../../src/engine/buffers.ts";
import { type Libc, loadLibc } from "../../src/posix/libc.ts";
import { scratch } from "../storage/support.ts";

const libc = loadLibc();
if (libc === null) process.stderr.write("skipped: koffi has no binary for this platform\n");

function loaded(): Libc {
  if (libc === null) throw new Error("koffi is not there");
  return libc;
}

function opened(content: string, flags: string): { readonly fd: number; readonly path: string } {
  const path = join(scratch(), "file");
  writeFileSync(path, content);
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return { fd, path };
}

test.skipIf(libc === null)("bytes move between a file and memory at an address", () => {
  const { pread, pwrite, addressOf } = loaded();
  const { memory, views, strideBytes } = makeBuffers(2, 4096);
  const second = addressOf(memory) + strideBytes;
  const { fd, path } = opened("0123456789", "r+");
  expect(addressOf(memory) % 4096).toBe(0);
  expect(pread(fd, second, 4, 3)).toBe(4);
  expect(views[1]?.toString("latin1", 0, 5)).toBe("3456\0");
  expect(views[0]?.every((byte) => byte === 0)).toBe(true);
  expect(pread(fd, second, 100, 8)).toBe(2);
  expect(pread(fd, second, 100, 10)).toBe(0);
  views[1]?.write("ab", "latin1");
  expect(pwrite(fd, second, 2, 12)).toBe(2);
  expect(readFileSync(path, "latin1")).toBe("0123456789\0\0ab");
});

test.skipIf(libc === null)("offsets beyond 4 GiB arrive whole", () => {
  const { pread, pwrite, addressOf } = loaded();
  const { memory, views } = makeBuffers(1, 4096);
  const { fd } = opened("", "r+");
  const far = 5 * 2 ** 30 + 7;
  views[0]?.write("far", "latin1");
  expect(pwrite(fd, addressOf(memory), 3, far)).toBe(3);
  views[0]?.fill(0);
  expect(pread(fd, addressOf(memory), 10, far - 1)).toBe(4);
  expect(views[0]?.toString("latin1", 0, 4)).toBe("\0far");
});

test.skipIf(libc === null)("a refused call is the negative errno", () => {
  const { pread, pwrite, addressOf, fadviseDontNeed } = loaded();
  const { memory } = makeBuffers(1, 4096);
  const address = addressOf(memory);
  const { fd } = opened("x", "r");
  const { EBADF, EINVAL, EFAULT } = constants.errno;
  expect(pread(-1, address, 1, 0)).toBe(-EBADF);
  expect(pwrite(fd, address, 1, 0)).toBe(-EBADF);
  expect(pread(fd, address, 1, -1)).toBe(-EINVAL);
  expect(pread(fd, 1, 1, 0)).toBe(-EFAULT);
  expect(fadviseDontNeed(fd)).toBe(0);
  expect(fadviseDontNeed(-1)).toBe(-EBADF);
});

test("where koffi cannot be loaded there is no C library, and no error", () => {
  const module = new URL("../../src/posix/libc.ts", import.meta.url).href;
  const script = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(name, context, next) {
        if (name === "koffi") throw new Error("koffi is blocked");
        return next(name, context);
      },
    });
    const { loadLibc } = await import(${JSON.stringify(module)});
    process.stdout.write(String(loadLibc()));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(out).toBe("null");
});

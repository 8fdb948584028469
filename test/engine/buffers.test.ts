import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeBuffers } from "../../src/engine/buffers.ts";
import { loadLibc } from "../../src/posix/libc.ts";

const libc = loadLibc();
const HUGE = "/sys/kernel/mm/transparent_hugepage/enabled";

test("buffers lie on pages, apart from each other, as direct I/O needs", () => {
  for (const [bytesEach, stride] of [
    [5000, 8192],
    [1_048_576, 1_048_576],
  ] as const) {
    const { memory, views, strideBytes } = makeBuffers(3, bytesEach);
    expect(strideBytes).toBe(stride);
    expect(memory.byteLength).toBe(3 * stride);
    for (const [slot, view] of views.entries()) {
      expect(view.buffer).toBe(memory.buffer);
      expect(view.byteOffset).toBe(memory.byteOffset + slot * stride);
      expect(view.length).toBe(stride);
    }
    if (libc !== null) expect(libc.addressOf(memory) % 4096).toBe(0);
  }
});

test.skipIf(libc === null || !existsSync(HUGE))(
  "large buffers begin on a huge page and ask for such, small ones do not",
  () => {
    const large = makeBuffers(3, 1_048_576).memory;
    const small = makeBuffers(32, 4096).memory;
    expect(libc?.addressOf(large) ?? 1).toSatisfy((address) => Number(address) % 2_097_152 === 0);
    expect(flagsAt(libc?.addressOf(large) ?? 0)).toContain("hg");
    expect(flagsAt(libc?.addressOf(small) ?? 0)).not.toContain("hg");
  },
);

/** Flags of the mapping an address lies in, as the kernel lists them. */
function flagsAt(address: number): readonly string[] {
  let inside = false;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      inside = address >= Number.parseInt(from, 16) && address < Number.parseInt(to, 16);
    }
    if (inside && line.startsWith("VmFlags:")) return line.split(" ").slice(1);
  }
  return [];
}

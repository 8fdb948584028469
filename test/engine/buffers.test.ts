import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeBuffers } from "../../src/engine/buffers.ts";
import { loadLibc } from "../../src/posix/libc.ts";

const libc = loadLibc();
const HUGE = "/sys/kernel/mm/transparent_hugepage/enabled";

test("makes page-aligned, disjoint buffers for direct I/O", () => {
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
  "large buffers begin on a huge page and ask for such, small ones and many of a few do not",
  () => {
    for (const { memory } of [makeBuffers(3, 1_048_576, 64), makeBuffers(1, 16_384, 32)]) {
      const address = libc?.addressOf(memory) ?? 1;
      expect(address % 2_097_152).toBe(0);
      const { flags, endAt } = mappingOf(address);
      expect(flags).toContain("hg");
      // The kernel gives a huge page only for a request of the whole page.
      expect(endAt - address).toBeGreaterThanOrEqual(2_097_152);
    }
    for (const { memory } of [makeBuffers(32, 4096), makeBuffers(1, 65_536, 64)]) {
      expect(mappingOf(libc?.addressOf(memory) ?? 0).flags).not.toContain("hg");
    }
  },
);

/** Flags and end of the mapping that contains an address, from the kernel. */
function mappingOf(address: number): { readonly flags: readonly string[]; readonly endAt: number } {
  let endAt = 0;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      const inside = address >= Number.parseInt(from, 16) && address < Number.parseInt(to, 16);
      endAt = inside ? Number.parseInt(to, 16) : 0;
    }
    if (endAt > 0 && line.startsWith("VmFlags:")) return { flags: line.split(" ").slice(1), endAt };
  }
  return { flags: [], endAt };
}

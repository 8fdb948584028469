import { statSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceNumberOf } from "../../src/model/device-number.ts";

test("major and minor come back from every number that Linux makes of them", () => {
  const major = fc.integer({ min: 0, max: 2 ** 12 - 1 });
  const minor = fc.integer({ min: 0, max: 2 ** 20 - 1 });
  fc.assert(
    fc.property(major, minor, (a, b) => {
      // sys/sysmacros.h, without the bits above those that the kernel uses.
      const rdev = (BigInt(b) & 0xffn) | (BigInt(a) << 8n) | ((BigInt(b) & 0xfff00n) << 12n);
      expect(deviceNumberOf(Number(rdev))).toBe(`${a}:${b}`);
    }),
  );
});

test.skipIf(process.platform !== "linux")("/dev/null is 1:3", () => {
  expect(deviceNumberOf(statSync("/dev/null").rdev)).toBe("1:3");
});

import { expect, test } from "vitest";
import { sampledIn } from "../../../src/metrics/series/samples.ts";

const at = (fromS: number, widthS: number, stealShare: number | null, bytes: number | null) => ({
  ...{ fromNs: fromS * 1e9, widthNs: widthS * 1e9, stealShare, cpuWaitShare: null },
  ...{ deviceReadBytes: bytes, deviceWriteBytes: bytes },
});

test("a column has the mean of its samples by the time they share, null without any", () => {
  const samples = [at(0, 1, 0.1, 100), at(1, 2, 0.4, 400), at(3, 1, null, null)];
  expect(sampledIn(samples, { fromS: 0.2, widthS: 0.1 }).stealShare).toBeCloseTo(0.1);
  const wide = sampledIn(samples, { fromS: 0.5, widthS: 2 });
  expect(wide.stealShare).toBeCloseTo((0.1 * 0.5 + 0.4 * 1.5) / 2);
  expect(wide.deviceReadBytesPerSecond).toBeCloseTo((100 * 0.5 + 200 * 1.5) / 2);
  expect(wide.cpuWaitShare).toBeNull();
  expect(sampledIn(samples, { fromS: 3, widthS: 1 }).stealShare).toBeNull();
  expect(sampledIn([], { fromS: 0, widthS: 1 }).deviceWriteBytesPerSecond).toBeNull();
});

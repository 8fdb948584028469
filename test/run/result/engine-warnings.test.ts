import { expect, test } from "vitest";
import { singlePartWarning } from "../../../src/run/result/engine-warnings.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { phaseOf } from "../../scenario/support.ts";
import { filesPlan } from "../../storage/support.ts";

const MIB = 2 ** 20;

test("warns of objects that are uploaded by a single PUT", () => {
  const upload = phaseOf("dataset: data\noperation: upload\npartSize: 8MiB");
  const small = layOut(filesPlan({ count: 3, size: { kind: "fixed", bytes: 8 * MIB } }), "data");
  const large = layOut(filesPlan({ count: 3, size: { kind: "fixed", bytes: 9 * MIB } }), "data");
  expect(singlePartWarning(upload, small)).toEqual([
    {
      code: "single-part",
      message:
        "3 of 3 objects are not larger than one part and were uploaded by a single PUT. They are " +
        "not multipart uploads. Use larger objects or a smaller `partSize`.",
      event: { name: "Uploads in a single PUT", value: 3, unit: "count" },
    },
  ]);
  expect(singlePartWarning(upload, large)).toEqual([]);
  expect(singlePartWarning(phaseOf("dataset: data\noperation: fetch"), small)).toEqual([]);
});

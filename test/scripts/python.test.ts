import { expect, onTestFinished, test } from "vitest";
import { findValidators } from "../../scripts/manifests.ts";
import { startMoto } from "../../scripts/moto.ts";
import { setEnvironment } from "../env.ts";
import { scratch } from "../storage/support.ts";

test("packages of PyPI that are not installed are named with the remedy", async () => {
  const before = setEnvironment({ XDG_CACHE_HOME: scratch() });
  onTestFinished(() => void setEnvironment(before));
  const remedy = (script: string) =>
    `run \`node scripts/${script} --install\` to install from PyPI`;
  expect(await findValidators()).toEqual({
    unavailable:
      "kubernetes-validate and botocore, which validate manifests, are not installed: " +
      remedy("manifests.ts"),
  });
  expect(await startMoto()).toEqual({
    unavailable: `moto, which imitates AWS's APIs, is not installed: ${remedy("moto.ts")}`,
  });
});

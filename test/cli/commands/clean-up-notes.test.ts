import { expect, it, onTestFinished } from "vitest";
import { type Asked, refusal } from "../../engine/objects/object-store.ts";
import { type FaultyStore, startFaultyStore } from "../../storage/bucket/faulty-store.ts";
import { assay, onlyRun } from "../assay.ts";
import { makeBench } from "../bench.ts";
import { isData, KEYS } from "../scene.ts";

const SCENARIO = `name: puts
datasets: { d: { count: 8, size: 4KiB } }
phases: [{ name: put, operation: create, workers: 1, queueDepth: 4, dataset: d }]
`;

/** The clean-up begins with the uploads that may be open. */
const cleans = ({ asked }: FaultyStore): boolean =>
  asked.some(({ what }) => what === "GET ?uploads");

/** Each refuses something of the clean-up, which removes the data all the same. */
const REFUSED: Readonly<Record<string, (asked: Asked, store: FaultyStore) => boolean>> = {
  "the list of uploads": ({ what }) => what === "GET ?uploads",
  "every listing": ({ what }, store) => what === "GET ?list-type" && cleans(store),
};

it.each(Object.entries(REFUSED))("%s refused: noted, and nothing is called left", async (_, at) => {
  const bench = makeBench("memory");
  const store = await startFaultyStore();
  onTestFinished(() => store[Symbol.asyncDispose]());
  store.fault = (asked) => (at(asked, store) ? refusal("NotImplemented", 501) : null);
  const endpoint = store.address.endpoint ?? "";
  const bucket = ["-t", "s3://assay/x", "--endpoint", endpoint, "--region", "us-east-1"];
  const args = ["run", bench.scenario("puts", SCENARIO), ...bucket, "--offline"];
  const { code, stderr } = await assay(args, { cwd: bench.cwd, env: KEYS });
  expect(code, stderr).toBe(0);
  expect([...store.objects.keys()].filter(isData)).toEqual([]);
  expect(stderr).toMatch(/^cleanup: .*(unknown|multipart uploads .* could not be listed)/m);
  expect(stderr).not.toContain("left in the target");
  const codes = onlyRun(bench.results).warnings.map((warning) => warning.code);
  expect(codes).toContain("clean-up-note");
  expect(codes).not.toContain("left-behind");
});

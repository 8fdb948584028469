// @module-tag system
import { expect, test } from "vitest";
import { useMinio } from "../../minio.ts";
import { lookInto } from "../../storage/bucket/run.ts";
import { makeDialPlace } from "../dial/run.ts";
import { readScenario, runOnHosts, storedRuns } from "./on-hosts.ts";

const bucket = await useMinio({ minio: true });
const look = lookInto(bucket);
const onMinio = test.skipIf(!bucket.available);

onMinio.each([
  ["hosts", "local:3"],
  ["agents that dial in", ["--launcher", "local", "--agents", "2"]],
])(
  "%s share a bucket, and the cost has the requests of all of them",
  async (_, hosts) => {
    const place = makeDialPlace();
    const { endpoint, bucket: name, prefix } = bucket.address();
    const target = ["--target", `s3://${name}/${prefix}`, "--endpoint", endpoint ?? ""];
    const args = [readScenario(place.root, "3s"), ...target, "--kind", "minio"];
    const ended = await runOnHosts(place, args, hosts);
    expect(ended).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    expect(run?.hostScope).toBe("shared");
    const [phase] = run?.phases ?? [];
    const parts = phase?.hosts ?? [];
    expect(parts.map(({ errors }) => errors)).toEqual(parts.map(() => 0));
    expect(parts.filter(({ operations }) => operations === 0)).toEqual([]);
    const lines = run?.cost?.actual?.lines ?? [];
    const stored = lines.filter(({ what }) => what === "preparation");
    // 6 files, written by all hosts; the keeper writes its manifest twice.
    expect(stored.reduce((sum, { storedObjects }) => sum + storedObjects, 0)).toBe(8);
    expect(await look.keys(prefix)).toEqual([]);
  },
  90_000,
);

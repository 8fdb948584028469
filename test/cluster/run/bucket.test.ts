// @module-tag system
import { expect, test } from "vitest";
import { useMinio } from "../../minio.ts";
import { lookInto } from "../../storage/bucket/run.ts";
import { makePlace, readScenario, runOnHosts, storedRuns } from "./on-hosts.ts";

const bucket = await useMinio({ minio: true });
const look = lookInto(bucket);
const onMinio = test.skipIf(!bucket.available);

onMinio(
  "hosts share a bucket, and the cost has the requests of all of them",
  async () => {
    const place = makePlace();
    const { endpoint, bucket: name, prefix } = bucket.address();
    const target = ["--target", `s3://${name}/${prefix}`, "--endpoint", endpoint ?? ""];
    const args = [readScenario(place.root), ...target, "--kind", "minio"];
    const ended = await runOnHosts(place, args);
    expect(ended).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    expect(run?.hostScope).toBe("shared");
    const [phase] = run?.phases ?? [];
    expect(phase?.hosts?.every(({ operations, errors }) => operations > 0 && errors === 0)).toBe(
      true,
    );
    const lines = run?.cost?.actual?.lines ?? [];
    const stored = lines.filter(({ what }) => what === "preparation");
    // 6 files, written by three hosts; the keeper writes its manifest twice.
    expect(stored.reduce((sum, { storedObjects }) => sum + storedObjects, 0)).toBe(8);
    expect(await look.keys(prefix)).toEqual([]);
  },
  90_000,
);

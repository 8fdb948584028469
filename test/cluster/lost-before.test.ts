import { expect, test } from "vitest";
import type { Crew, CrewHost } from "../../src/cluster/lead/crew.ts";
import { remedyOn } from "../../src/cluster/lead/finish.ts";
import { Hosts } from "../../src/cluster/lead/hosts.ts";
import { PreflightError } from "../../src/model/fault/errors.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import type { RunRequest } from "../../src/run/request.ts";
import type { OpenOptions } from "../../src/storage/target/target.ts";
import { BUCKET, DIRECTORY } from "../report/fixture.ts";
import { hostRecord } from "../run/hosts/support.ts";

function hostOf(rank: number, state: "joined" | "lost"): CrewHost {
  const record = hostRecord(rank);
  const { name } = record;
  const own = (target: TargetSpec): TargetSpec =>
    target.address.kind !== "path" || rank === 0
      ? target
      : { ...target, address: { ...target.address, path: "/mnt/own" } };
  return { rank, name, record, session: { state }, targetOf: own } as unknown as CrewHost;
}

test("a run is refused in words if an earlier run of the command lost a host", async () => {
  const hosts = [hostOf(0, "joined"), hostOf(1, "lost"), hostOf(2, "lost")];
  const open = (all: readonly CrewHost[]) =>
    new Hosts({ target: DIRECTORY } as RunRequest, { hosts: all, absent: [] } as never as Crew)
      .openTarget({} as OpenOptions)
      .catch((error: unknown) => error);
  const both = await open(hosts);
  expect(both).toBeInstanceOf(PreflightError);
  expect(String(both)).toContain(
    "b, c were lost in an earlier run of this command; start this run again when they can be " +
      "reached, or without them",
  );
  expect(String(await open(hosts.slice(0, 2)))).toMatch(/b was lost .* when it can .* without it$/);
});

test("data that is left is removed on the host with its path, that of a bucket anywhere", () => {
  const request = { runId: "run-1", target: DIRECTORY };
  expect(remedyOn(hostOf(1, "lost"), request)).toBe(
    "data may be left in the target: `assay clean run-1 --target /mnt/own` on b removes it",
  );
  const remedy = (id: string) => `\`assay clean ${id} --target s3://b/p --region r\` removes it`;
  expect(remedyOn(hostOf(1, "lost"), { runId: "run-1", target: BUCKET, remedy })).toBe(
    "`assay clean run-1 --target s3://b/p --region r` removes it",
  );
});

import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { ecsRequests } from "../../../../src/cluster/launch/render/ecs.ts";
import { allowedTarget } from "../../../../src/cluster/launch/render/render.ts";
import type { Address } from "../../../../src/model/target/target.ts";
import { NATS_PROGRAM } from "../../../../src/testbed/nats/nats.ts";
import { expectGoldenIn } from "../../../golden.ts";
import { BATCHES, ECS, TASKS, YAML } from "./jobs.ts";

const GOLDEN = new URL("../golden/", import.meta.url);

const SECRET_WORDS = ["agents-secret", "lead-secret", "AQ==", "agent-0"];

describe("a rendering for Kubernetes", () => {
  it.each(Object.entries(YAML))("is %s", (name, text) => {
    expectGoldenIn(GOLDEN, name, text);
  });

  it("has its secrets in the Secret only", () => {
    const [secret, ...others] = documentsOf("kubernetes-path.yaml");
    expect(secret).toMatchObject({ kind: "Secret", metadata: { namespace: "bench" } });
    for (const word of SECRET_WORDS) {
      expect(JSON.stringify(secret)).toContain(word);
      expect(JSON.stringify(others)).not.toContain(word);
    }
  });

  it("gives agents neither the coordinator's files nor those of the server", () => {
    const job = documentsOf("kubernetes-path.yaml").find(({ kind }) => kind === "Job");
    const mounted = volumesOf(job).flatMap(({ secret }) => secret?.items ?? []);
    expect(mounted).toEqual([{ key: "agents.json", path: "agents.json" }]);
  });

  it("uses a Secret that exists and prints none", () => {
    const documents = documentsOf("kubernetes-bucket.yaml");
    expect(documents.map(({ kind }) => kind)).toEqual(["Deployment", "Service", "Job"]);
    const secrets = documents.flatMap(volumesOf).flatMap(({ secret }) => secret ?? []);
    expect(secrets.map(({ secretName }) => secretName)).toEqual(["kept", "kept"]);
  });

  it("has the version of the server that tests start", () => {
    const version = NATS_PROGRAM.version.slice(1);
    expect(YAML["kubernetes-path.yaml"]).toContain(`image: nats:${version}-alpine\n`);
  });

  it("quotes names that YAML 1.1 reads as other values", () => {
    expect(YAML["kubernetes-bucket.yaml"]).toContain('app.kubernetes.io/instance: "on"\n');
  });
});

interface Volume {
  readonly secret?: { readonly secretName: string; readonly items: readonly object[] };
}

/** Parts of a document that the tests read. */
interface Manifest {
  readonly kind: string;
  readonly spec?: {
    readonly template?: { readonly spec: { readonly volumes: readonly Volume[] } };
  };
}

function documentsOf(name: string): readonly Manifest[] {
  return parseAllDocuments(YAML[name] ?? "").map((one) => one.toJS());
}

function volumesOf(manifest: Manifest | undefined): readonly Volume[] {
  return manifest?.spec?.template?.spec.volumes ?? [];
}

describe("a rendering for AWS", () => {
  it.each(Object.entries({ ...BATCHES, ...TASKS }))("is %s", (name, requests) => {
    expectGoldenIn(GOLDEN, name, `${JSON.stringify(requests, null, 2)}\n`);
  });

  it.each([
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [23, [10, 10, 3]],
  ])("starts %i tasks in calls of at most 10", (agents, counts) => {
    const { runTask } = ecsRequests({ ...ECS, agents });
    expect(runTask.map(({ count }) => count)).toEqual(counts);
  });
});

describe("a target in a container", () => {
  const target = (address: Address) =>
    allowedTarget({ name: "t", kind: "s3", address, provisioned: {} });
  const bucket = { kind: "bucket", bucket: "b-1", region: "eu-west-1", pathStyle: false } as const;

  it("has the settings of its bucket, which a coordinator cannot replace", () => {
    const endpoint = "https://a.example";
    expect(target({ ...bucket, prefix: "bench/", endpoint })).toEqual({
      path: null,
      allow: "s3://b-1/bench",
      settings: { AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_S3: endpoint },
    });
    const endpoints = [endpoint, "https://b.example"];
    expect(target({ ...bucket, prefix: "", endpoint, endpoints })).toMatchObject({
      allow: "s3://b-1",
      settings: { AWS_ENDPOINT_URL_S3: "https://a.example,https://b.example" },
    });
  });

  it("may be in memory", () => {
    expect(target({ kind: "memory", synthetic: null }).allow).toBeNull();
  });

  it("has neither a device, a profile nor a file of this host", () => {
    const device = { kind: "device", path: "/dev/nvme1n1", writable: true } as const;
    expect(() => target(device)).toThrow(/^t: expected a directory or a bucket, got a block dev/);
    const profile = { ...bucket, prefix: "", profile: "p" };
    expect(() => target(profile)).toThrow(/^t: the containers do not have the profile p; unset/);
    const ca = { ...bucket, prefix: "", caPath: "/ca.pem" };
    expect(() => target(ca)).toThrow(/do not have the certificate authority \/ca.pem; add it/);
  });
});

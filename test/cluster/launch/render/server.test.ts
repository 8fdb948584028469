// @module-tag system
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { connectNats, type Login } from "../../../../src/cluster/dial/connection.ts";
import { agentPassword } from "../../../../src/cluster/dial/users.ts";
import { keep } from "../../../../src/testbed/foreground/keeper.ts";
import { readInfo } from "../../../../src/testbed/nats/info.ts";
import { NATS_PROGRAM } from "../../../../src/testbed/nats/nats.ts";
import { findBinary } from "../../../../src/testbed/program/program.ts";
import { startOnReservedPort, whenReady } from "../../../../src/testbed/program/start.ts";
import { assay } from "../../../cli/assay.ts";

const RENDER = ["render", "k8s", "smoke", "-t", "s3://bucket/bench", "--image", "a/assay:1"];
const HOST = "127.0.0.1";

const log = (line: string) => void process.stderr.write(`${line}\n`);
const binary = await findBinary(NATS_PROGRAM, process.env, log);
if (binary === null) log("skipped: there is no nats-server and no Go to build it");

/** The files of the rendered Secret. */
async function renderedFiles(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await assay([...RENDER, "--agents", "2"]);
  const documents = parseAllDocuments(stdout).map((one) => one.toJS());
  return documents.find(({ kind }) => kind === "Secret").stringData;
}

interface Rendered {
  readonly port: number;
  readonly name: string;
  stop(): Promise<void>;
}

/** Starts a server with the rendered files, at other paths and another port than in a pod. */
async function serve(program: string, files: Readonly<Record<string, string>>) {
  const started = await startOnReservedPort<Rendered>(async (port) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-rendered-"));
    for (const [name, text] of Object.entries(files)) {
      const here = text
        .replaceAll("/run/nats", folder)
        .replace("/data/jetstream", join(folder, "store"))
        .replace("port: 4222", `port: ${port}`)
        .replace("0.0.0.0", HOST);
      writeFileSync(join(folder, name), here, { mode: 0o600 });
    }
    const command = [program, "--config", join(folder, "nats.conf")];
    const kept = await keep(folder, "KILL", command, { HOME: folder });
    const info = await whenReady(kept, () => readInfo(HOST, port));
    const stop = () => kept.stop();
    if (info !== null) return { port, name: info.server_name, stop };
    await stop();
    return { failed: kept.words.text };
  });
  if ("failed" in started) throw new Error(started.failed);
  afterAll(() => started.stop());
  return started;
}

describe.skipIf(binary === null)("a real nats-server with the rendered Secret", async () => {
  const files = binary === null ? {} : await renderedFiles();
  const server = binary === null ? { port: 0, name: "" } : await serve(binary, files);
  const { secret, ca, coordinator } = JSON.parse(files["coordinator.json"] ?? "{}");

  const connectAs = async (login: Login, authority: string | null = ca) => {
    const urls = [`tls://${HOST}:${server.port}`];
    const connection = await connectNats({ urls, ca: authority, login, name: "t", withinMs: 0 });
    try {
      await connection.flush();
      return connection.info?.server_name;
    } finally {
      await connection.close();
    }
  };
  const agent = (rank: number | null, key: string): Login => {
    const user = rank === null ? "agent" : `agent-${rank}`;
    return { kind: "password", user, password: agentPassword(key, rank) };
  };

  it("admits the coordinator, the agents of all ranks, and one without a rank", async () => {
    const lead: Login = { kind: "password", user: "coordinator", password: coordinator };
    for (const login of [lead, agent(0, secret), agent(1, secret), agent(null, secret)]) {
      expect(await connectAs(login)).toBe("assay-nats");
    }
  });

  it("refuses a rank beyond the number of agents, and another secret", async () => {
    await expect(connectAs(agent(2, secret))).rejects.toThrow(/refused the user/);
    await expect(connectAs(agent(0, coordinator))).rejects.toThrow(/refused the user/);
    await expect(connectAs({ kind: "none" })).rejects.toThrow(/refused the user/);
  });

  it("is trusted only through the rendered certificate", async () => {
    await expect(connectAs(agent(0, secret), null)).rejects.toThrow(/self-signed certificate/);
  });
});

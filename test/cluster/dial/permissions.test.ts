// @module-tag system
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesOf, rankKey } from "../../../src/cluster/dial/names.ts";
import { useNats } from "../../nats.ts";
import { type Client, clientAs } from "./client.ts";
import { type Crew, gather } from "./crew.ts";
import { GROUP, groupUsers, startAgent, wayTo } from "./group.ts";

const nats = await useNats({ users: groupUsers(GROUP) });
const names = namesOf(GROUP);
const { stream, bucket } = names;
const API = "$JS.API";

/** A run with two agents, and the same for all tests; each client attacks it. */
let crew: Crew;
beforeAll(async () => {
  if (nats.available) crew = await gather(nats.server.url, 2);
});
afterAll(() => crew?.end());

/** The address of the agent of rank 0. */
function zero() {
  return { rank: 0, session: crew.hall.session, incarnation: crew.first.hello.incarnation };
}

async function allGoOn(): Promise<void> {
  for (const session of crew.sessions) {
    expect(await session.call("echo", 1, {}).result).toBe(1);
    expect(session.state).toBe("joined");
  }
}

/** Whether the server refuses a client to publish to a subject. */
async function refusesPublish(client: Client, subject: string): Promise<boolean> {
  const before = client.errors.length;
  client.connection.publish(subject, "{}", { reply: `_INBOX.x.${Math.random()}` });
  await client.connection.flush();
  await client.connection.flush();
  const said = client.errors.slice(before).join("\n");
  return said.includes("Permissions Violation for Publish");
}

async function refusesSubscription(client: Client, subject: string): Promise<boolean> {
  const before = client.errors.length;
  client.connection.subscribe(subject, { callback: () => {} });
  await client.connection.flush();
  await client.connection.flush();
  return client.errors.slice(before).join("\n").includes("Permissions Violation for Subscription");
}

describe.skipIf(!nats.available)("an agent", () => {
  test("cannot send as another rank, or as the coordinator", async () => {
    const client = await clientAs(nats.server.url, 1);
    const { session } = zero();
    const own = { rank: 1, session, incarnation: "x" };
    const subjects = [
      ...[names.of(zero(), "up", "pulse"), names.of(zero(), "up", "data"), names.contest(zero())],
      ...[names.of(zero(), "down", "pulse"), names.of(own, "down", "data"), names.ask],
      `$KV.${bucket}.${rankKey(0, session)}`,
      `$KV.${bucket}.${rankKey(10, session)}`,
      `$KV.${bucket}.coordinator`,
      ...["_INBOX.agent-0.x", "_INBOX.coordinator.x", "assay.other.up.1.s.i.pulse"],
    ];
    for (const subject of subjects) {
      expect([subject, await refusesPublish(client, subject)]).toEqual([subject, true]);
    }
    await client.close();
    await allGoOn();
  });

  test("cannot read messages of another rank, or of the coordinator", async () => {
    const client = await clientAs(nats.server.url, 1);
    const subjects = [
      ...[names.of(zero(), "down", "pulse"), names.of(zero(), "down", "data")],
      ...["assay.test.down.0.>", "assay.test.down.*.*.*.pulse", "assay.test.up.>", "assay.>", ">"],
      ...["_INBOX.>", "_INBOX.agent.>", "_INBOX.agent-0.>", "_INBOX.coordinator.>", "$KV.>"],
      ...["$JS.EVENT.>", "$JS.API.>", "$JS.ACK.>", names.ask, names.coordinator],
    ];
    for (const subject of subjects) {
      expect([subject, await refusesSubscription(client, subject)]).toEqual([subject, true]);
    }
    await client.close();
  });

  testServices();
});

function testServices(): void {
  test("cannot use the services of the server for anything else", async () => {
    const client = await clientAs(nats.server.url, 1);
    const claim = `$KV.${bucket}.${rankKey(0, zero().session)}`;
    const down = "assay.test.down";
    const subjects = [
      ...["INFO", "STREAM.NAMES", "STREAM.LIST", `STREAM.CREATE.x`].map((one) => `${API}.${one}`),
      ...["INFO", "DELETE", "PURGE", "UPDATE", "MSG.GET", "MSG.DELETE"].flatMap((call) =>
        [stream, `KV_${bucket}`].map((name) => `${API}.STREAM.${call}.${name}`),
      ),
      ...[`${API}.DIRECT.GET.KV_${bucket}`, `${API}.DIRECT.GET.KV_${bucket}.${claim}`],
      ...[
        `${API}.DIRECT.GET.${stream}`,
        `${API}.DIRECT.GET.KV_${bucket}.$KV.${bucket}.coordinator`,
      ],
      ...[`${down}.0.s.i.data`, `${down}.>`, `${down}.*.s.i.data`, "assay.test.up.1.s.i.data"].map(
        (filter) => `${API}.CONSUMER.CREATE.${stream}.x.${filter}`,
      ),
      ...[`CREATE.${stream}`, `CREATE.${stream}.x`, `DURABLE.CREATE.${stream}.x`].map(
        (call) => `${API}.CONSUMER.${call}`,
      ),
      `${API}.CONSUMER.CREATE.KV_${bucket}.x.${claim}`,
      ...["NAMES", "LIST"].map((call) => `${API}.CONSUMER.${call}.${stream}`),
      ...["INFO", "DELETE", "MSG.NEXT"].map((call) => `${API}.CONSUMER.${call}.${stream}.x`),
    ];
    for (const subject of subjects) {
      expect([subject, await refusesPublish(client, subject)]).toEqual([subject, true]);
    }
    await client.close();
    await allGoOn();
  });

  test("cannot create a consumer for itself that has another filter", async () => {
    const client = await clientAs(nats.server.url, 1);
    const own = "assay.test.down.1.s.i.data";
    const create = async (more: object): Promise<string> => {
      const config = { name: "x", ack_policy: "none", deliver_policy: "all", ...more };
      const request = JSON.stringify({ stream_name: stream, config, action: "create" });
      const subject = `${API}.CONSUMER.CREATE.${stream}.x.${own}`;
      const response = await client.connection.request(subject, request, { timeout: 5000 });
      const { error } = response.json<{ error?: { description: string } }>();
      return error?.description ?? "created";
    };
    expect(await create({ filter_subject: own })).toBe("created");
    for (const more of [
      { filter_subject: "assay.test.down.0.>" },
      { filter_subjects: ["assay.test.down.0.>"] },
      { filter_subjects: [own, "assay.test.down.0.>"] },
      { filter_subject: own, filter_subjects: ["assay.test.down.0.>"] },
      {},
    ]) {
      expect([more, await create({ name: "x", ...more })]).not.toEqual([more, "created"]);
    }
    await client.close();
  });
}

describe.skipIf(!nats.available)("an agent that joined", () => {
  test("is not impersonated with another incarnation of its rank", async () => {
    const client = await clientAs(nats.server.url, 0);
    const forged = { ...zero(), incarnation: "forged" };
    const { type: _, ...hello } = { type: "", ...crew.first.hello, incarnation: "forged" };
    const messages = [{ type: "hello", ...hello }, { type: "leave", message: "x" }, { type: "x" }];
    for (const message of messages) {
      client.connection.publish(names.of(forged, "up", "pulse"), JSON.stringify(message));
      client.connection.publish(names.of(forged, "up", "data"), `${JSON.stringify(message)}\n`);
    }
    await client.connection.flush();
    expect(client.errors).toEqual([]);
    await client.close();
    await allGoOn();
  });
});

describe.skipIf(!nats.available)("an agent without a rank", () => {
  test("cannot make the coordinator publish for it", async () => {
    const client = await clientAs(nats.server.url, null);
    const request = JSON.stringify({ incarnation: "x", host: "x" });
    const replies = [
      ...[stream, `KV_${bucket}`].map((name) => `${API}.STREAM.PURGE.${name}`),
      ...[names.of(zero(), "down", "pulse"), `$KV.${bucket}.${rankKey(0, zero().session)}`],
    ];
    const lead = await clientAs(nats.server.url, "coordinator");
    const seen: string[] = [];
    lead.connection.subscribe(names.of(zero(), "down", "pulse"), {
      callback: (_, message) => void seen.push(message.string()),
    });
    const count = async (): Promise<number> => {
      const info = await lead.connection.request(`${API}.STREAM.INFO.KV_${bucket}`);
      const { state } = info.json<{ state: { messages: number } }>();
      return state.messages;
    };
    const before = await count();
    for (const reply of replies) client.connection.publish(names.ask, request, { reply });
    // The coordinator answers in order.
    await client.connection.request(names.ask, request);
    await lead.connection.flush();
    expect(await count()).toBe(before);
    expect(seen.filter((text) => text.includes("refused"))).toEqual([]);
    await allGoOn();
    await client.close();
    await lead.close();
  });

  test("can only ask for one, and sees no password", async () => {
    const client = await clientAs(nats.server.url, null);
    const seen: string[] = [];
    client.connection.subscribe("_INBOX.agent.>", {
      callback: (__, message) => void seen.push(message.string()),
    });
    for (const subject of [
      ...[names.coordinator, names.of(zero(), "up", "pulse"), `${API}.INFO`, "_INBOX.agent.x"],
      ...[`${API}.STREAM.INFO.${stream}`, `$KV.${bucket}.${rankKey(0, "s")}`],
    ]) {
      expect([subject, await refusesPublish(client, subject)]).toEqual([subject, true]);
    }
    for (const subject of ["assay.>", "_INBOX.>", names.ask, "$KV.>"]) {
      expect([subject, await refusesSubscription(client, subject)]).toEqual([subject, true]);
    }
    const other = startAgent(wayTo(nats.server.url, GROUP));
    expect(await other.ended).toBe(3);
    expect(seen.length).toBeGreaterThan(0);
    for (const text of seen) expect(text).not.toMatch(/password|secret/);
    await client.close();
  });
});

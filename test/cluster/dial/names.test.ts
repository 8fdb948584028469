import { describe, expect, test } from "vitest";
import { positionOf } from "../../../src/cluster/dial/feed.ts";
import { addressOf, laneOf, namesOf } from "../../../src/cluster/dial/names.ts";
import { agentPassword, agentUser, usersOf } from "../../../src/cluster/dial/users.ts";

const SECRETS = { coordinator: "c".repeat(22), secret: "s".repeat(22) };

describe("names of a group", () => {
  test.each(["", "a.b", "a b", "a*", "a>", "ä", "a/b", "x".repeat(61), "a\n"])(
    "are refused for %j",
    (group) => {
      expect(() => namesOf(group)).toThrow("--group: expected 1 to 60 letters, digits, _ or -");
    },
  );

  test("contain the agent, which is found again", () => {
    const names = namesOf("my_group-1");
    const agent = { rank: 17, session: "s-1", incarnation: "i-2" };
    for (const direction of ["up", "down"] as const) {
      for (const lane of ["pulse", "data"] as const) {
        expect(addressOf(names.of(agent, direction, lane))).toEqual(agent);
      }
    }
    expect(addressOf(names.contest(agent))).toEqual(agent);
  });

  test.each([
    "assay.g.up.1.s.pulse",
    "assay.g.up.x.s.i.pulse",
    "assay.g.up.-1.s.i.pulse",
    "assay.g.up.1234567.s.i.pulse",
    "assay.g.side.1.s.i.pulse",
    "assay.g.up.1.s.i.other",
    "assay.g.up.1.s.i.pulse.more",
    "other.g.up.1.s.i.pulse",
    "assay.g.ask",
    "",
  ])("name no agent in %j", (subject) => expect(addressOf(subject)).toBe(null));

  test("put messages that are worthless later into the pulse lane", () => {
    for (const type of ["hello", "clock", "beat"]) expect(laneOf({ type })).toBe("pulse");
    for (const message of [{ type: "call" }, { type: "leave" }, {}, [], null, "beat", 1]) {
      expect(laneOf(message)).toBe("data");
    }
  });
});

describe("users of a group", () => {
  test("have different passwords, of which none is a secret", () => {
    const users = usersOf("g", SECRETS, 20);
    expect(users).toHaveLength(22);
    expect(new Set(users.map(({ user }) => user)).size).toBe(22);
    expect(new Set(users.map(({ password }) => password)).size).toBe(22);
    for (const { password } of users.slice(1)) {
      expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(password).not.toContain(SECRETS.secret);
    }
    expect(agentPassword(SECRETS.secret, 3)).not.toBe(agentPassword("another secret", 3));
    expect([agentUser(null), agentUser(3)]).toEqual(["agent", "agent-3"]);
  });

  test("may use subjects of their own rank and group only", () => {
    const [lead, asking, ...ranked] = usersOf("g", SECRETS, 12);
    expect(asking?.publish).toEqual(["assay.g.ask"]);
    expect(lead?.publish.filter((subject) => !/\bg\b|_g\b/.test(subject))).toEqual([
      "$JS.API.INFO",
      "_INBOX.>",
    ]);
    for (const [rank, { publish, subscribe }] of ranked.entries()) {
      const others = [...publish, ...subscribe].filter((subject) => {
        const isShared = ["assay.g.coordinator", "$JS.FC.ASSAY_g.>"].includes(subject);
        return !isShared && !new RegExp(`[.-]${rank}\\.`).test(subject);
      });
      expect(others).toEqual([]);
    }
  });
});

test("a message of a consumer has its place in the reply subject", () => {
  expect(positionOf("$JS.ACK.s.c.1.7.3.1700.0")).toEqual({ position: 7, delivered: 3 });
  expect(positionOf("$JS.ACK.hub.acct.s.c.1.7.3.1700.0")).toEqual({ position: 7, delivered: 3 });
  expect(positionOf("$JS.ACK.hub.acct.s.c.1.7.3.1700.0.x")).toEqual({ position: 7, delivered: 3 });
  for (const reply of [undefined, "", "_INBOX.a.b", "$JS.ACK.s.c.1.x.3.1700.0", "$JS.ACK.s.c.1"]) {
    expect(positionOf(reply)).toBe(null);
  }
});

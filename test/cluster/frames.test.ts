import { describe, expect, test } from "vitest";
import type { Json } from "../../src/cluster/channel.ts";
import {
  FrameReader,
  frame,
  MAX_LINE_BYTES,
  MAX_NOISE_BYTES,
  shown,
} from "../../src/cluster/frames.ts";

const HELLO = { type: "hello", version: "1" };

/** Returns the messages of a text that arrives in pieces of `size` bytes. */
function readAll(text: string, { quiet = false, size = 7 } = {}): readonly Json[] {
  const reader = new FrameReader(quiet);
  const bytes = Buffer.from(text);
  const messages: Json[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    messages.push(...reader.read(bytes.subarray(at, at + size)));
  }
  return messages;
}

describe("a reader of messages", () => {
  test.each([1, 2, 3, 7, 10_000])("puts lines together from pieces of %i bytes", (size) => {
    const messages = [HELLO, { type: "a", text: "grüße 😀\n\u2028" }, { type: "b", n: [1, null] }];
    expect(readAll(messages.map(frame).join(""), { size })).toEqual(messages);
  });

  test("ignores other output before the first message, even an unfinished line", () => {
    const noise = 'Welcome!\n{"type":"event"}\n{}\nnull\n[1]\n\u0000\u0001\nlogin: ';
    expect(readAll(noise + frame(HELLO) + frame({ type: "x" }))).toEqual([HELLO, { type: "x" }]);
  });

  test("keeps the last of it to show, until a message comes", () => {
    const reader = new FrameReader(false);
    expect([...reader.read(Buffer.from("a\u001b[31mb\nplease log in"))]).toEqual([]);
    expect(reader.ignored).toBe("ab please log in");
    expect([...reader.read(Buffer.from(frame(HELLO)))]).toEqual([HELLO]);
    expect(reader.ignored).toBe("");
  });

  test("ends after 64 kB of it, in one line or in many", () => {
    const line = `${"x".repeat(99)}\n`;
    for (const noise of [line.repeat(656), "x".repeat(MAX_NOISE_BYTES + 1)]) {
      expect(() => readAll(noise, { size: 4096 })).toThrow("64 kB of other output");
    }
    expect(readAll(line.repeat(650) + frame(HELLO), { size: 4096 })).toEqual([HELLO]);
  });

  test("refuses other output after the first message", () => {
    for (const noise of ["Broadcast message\n", "{\n", "\u0000\n"]) {
      expect(() => readAll(frame(HELLO) + noise)).toThrow("sent something other than a message");
      expect(() => readAll(noise, { quiet: true })).toThrow("sent something other than a message");
    }
    expect(readAll(`${frame(HELLO)}\n\n${frame({ type: "x" })}`)).toHaveLength(2);
  });

  test("refuses a line of more than 4 MiB before it has ended", () => {
    const text = `${frame(HELLO)}"${"a".repeat(MAX_LINE_BYTES)}`;
    expect(() => readAll(text, { size: 65_536 })).toThrow("a line of more than 4 MiB");
    expect(() => frame("ä".repeat(MAX_LINE_BYTES / 2))).toThrow("maximum: 4 MiB");
    const largest = "a".repeat(MAX_LINE_BYTES - 3);
    expect(readAll(frame(largest), { quiet: true, size: 65_536 })).toEqual([largest]);
  });

  test("removes escape sequences and control characters from every text", () => {
    const message = { type: "x", "\u001b[1mk": ["\u001b]0;title\u0007a\u009b2Jb\u0008\tc\n", 1] };
    expect(readAll(frame(message), { quiet: true })).toEqual([{ type: "x", k: ["ab\tc\n", 1] }]);
  });

  test("survives deep nesting", () => {
    const deep = `${"[".repeat(500_000)}"\\u001b"${"]".repeat(500_000)}\n`;
    expect(() => readAll(deep, { quiet: true, size: 65_536 })).toThrow("other than a message");
  });
});

test("text from a host is shown as one short line", () => {
  expect(shown("  a\u001b[31m\r\n\u202eb  ")).toBe("a \\u202eb");
  expect(shown("x".repeat(5000)).length).toBeLessThan(350);
});

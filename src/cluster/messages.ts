import { z } from "zod";
import { isList, type Json } from "./channel.ts";

/** Version of the messages; coordinator and agents need the same. */
export const PROTOCOL = 1;

const id = z.int().min(0);
const name = z.string().min(1).max(300);
const count = z.int().min(0);
/** Nanoseconds of a monotonic clock, which exceed the integers of JSON numbers. */
const clockNs = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
/** `JSON.parse` made the value. */
const json = z.custom<Json>((value) => value !== undefined);

const helloSchema = z.object({
  type: z.literal("hello"),
  protocol: z.literal(PROTOCOL),
  version: name,
  hostName: name,
  machine: z.string().regex(/^[0-9a-f]{16}$/),
  incarnation: name,
  pid: count,
  cores: count,
  memoryBytes: count,
  kernel: name,
  nodeVersion: name,
  instanceType: name.nullable(),
});

/** The first message of an agent: what it is, and the host. */
export type Hello = Omit<z.infer<typeof helloSchema>, "type">;

/** Part of `hello` that every version of the protocol has. */
const anyHello = z.looseObject({
  type: z.literal("hello"),
  protocol: z.int(),
  version: name,
});

/** Kind of an error that ends a call, which decides its exit code. */
const FAILURES = ["preflight", "usage", "internal", "aborted"] as const;
export type FailureKind = (typeof FAILURES)[number];

const fromAgent = z.discriminatedUnion("type", [
  helloSchema,
  z.object({ type: z.literal("clock"), id, atNs: clockNs }),
  z.object({ type: z.literal("beat") }),
  /** The agent ends by itself, for example by a signal. */
  z.object({ type: z.literal("leave"), message: z.string() }),
  z.object({ type: z.literal("event"), id, value: json }),
  z.object({ type: z.literal("result"), id, value: json }),
  z.object({
    type: z.literal("failure"),
    id,
    kind: z.enum(FAILURES),
    message: z.string().max(20_000),
  }),
]);

const welcomeSchema = z.object({
  type: z.literal("welcome"),
  rank: count,
  size: count,
  runId: name,
});

/** The response to `hello` of a host that takes part: its place, the number of hosts, the run. */
export type Welcome = Omit<z.infer<typeof welcomeSchema>, "type">;

const fromCoordinator = z.discriminatedUnion("type", [
  welcomeSchema,
  z.object({ type: z.literal("refuse"), message: z.string() }),
  z.object({ type: z.literal("clock"), id }),
  z.object({ type: z.literal("beat") }),
  z.object({ type: z.literal("call"), id, method: name, params: json }),
  z.object({ type: z.literal("note"), id, value: json }),
  z.object({ type: z.literal("cancel"), id }),
  z.object({ type: z.literal("bye") }),
]);

/** A message of an agent. */
export type FromAgent = z.infer<typeof fromAgent>;
/** A message of the coordinator. */
export type FromCoordinator = z.infer<typeof fromCoordinator>;

/** Returns a message of an agent; null if it is none. */
export function parseFromAgent(message: Json): FromAgent | null {
  return frequent(message) ?? fromAgent.safeParse(message).data ?? null;
}

/**
 * Returns a beat or an event, as the schema does: a thousand hosts send thousands per second. Null
 * for every other message.
 */
function frequent(message: Json): FromAgent | null {
  if (typeof message !== "object" || message === null || isList(message)) return null;
  const { type, id, value } = message;
  if (type === "beat") return { type };
  const isEvent = type === "event" && typeof id === "number" && value !== undefined;
  return isEvent && Number.isSafeInteger(id) && id >= 0 ? { type, id, value } : null;
}

/** Returns a message of the coordinator; null if it is none. */
export function parseFromCoordinator(message: Json): FromCoordinator | null {
  return fromCoordinator.safeParse(message).data ?? null;
}

/** Returns the version of an agent whose `hello` may be of another protocol; null if it is none. */
export function parseAnyHello(message: Json): { protocol: number; version: string } | null {
  return anyHello.safeParse(message).data ?? null;
}

import { z } from "zod";
import { ENGINE_NAMES } from "../../model/plan/plan.ts";
import type { HostRecord, PhaseHost, PhaseStart } from "../../model/run/hosts.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { cpu, harness } from "./harness.ts";
import { cache } from "./phase-evidence.ts";
import { latency } from "./summary.ts";
import { amount, change, count, counting, name, ns, state, text } from "./values.ts";

export const hostScope = z.enum(["shared", "private"]);

export const hostRecord = z
  .object({
    rank: count.describe("place of the host in the list, from 0"),
    name: name.describe("name as given; `local:0` for a process of the same host"),
    hostName: text.describe("name that the host has for itself"),
    machine: z
      .string()
      .regex(/^[0-9a-f]{16}$/, "16 hexadecimal digits")
      .describe("hash of machine and boot id; equal for processes of one machine"),
    cores: counting.describe("CPUs that the process may use"),
    memoryBytes: count.describe("memory"),
    kernel: text.describe("kernel release"),
    nodeVersion: text.describe("version of Node.js"),
    instanceType: text.nullable().describe("EC2 instance type; null if unknown"),
    clockBoundNs: ns.describe("maximum error of its clock estimate at the start"),
    hasFloors: z.boolean().describe("whether it has client limits (`assay selftest`)"),
    state: state.describe("state of the host; `partial`: lost or cut off"),
    reason: text.nullable().describe("why it is not complete; null if it is"),
  } satisfies Fields<HostRecord>)
  .meta({ id: "Host", description: "A host of a run on several hosts." });

const phaseHost = z
  .object({
    rank: count.describe("rank of the host"),
    place: count.describe("place of its part in the work of the phase"),
    state: state.describe("state of the phase on this host"),
    reason: text.nullable().describe("why it is not complete; null if it is"),
    lostAtNs: ns
      .exactOptional()
      .describe("time from the start of measuring until its loss was known"),
    silentNs: ns.exactOptional().describe("time without a message until it answered again"),
    elapsedNs: ns.describe("measured time; of a lost host until its last interval"),
    firstIssueNs: ns
      .nullable()
      .describe("first operation of its last thread, from the start; null without one"),
    clockBoundNs: ns.describe("maximum error of its clock at the start"),
    clockDriftNs: change.nullable().describe("change of its clock in the phase; null if unknown"),
    operations: count.describe("operations completed without error"),
    bytes: count.describe("bytes that they transferred"),
    errors: count.describe("failed operations"),
    operationsPerSecond: amount.describe("rate over its own elapsed time"),
    bytesPerSecond: amount.describe("throughput over its own elapsed time"),
    latency: latency.nullable().describe("service time; null without operations"),
    response: latency.nullable().exactOptional().describe("response time; absent: closed loop"),
    engine: z.enum(ENGINE_NAMES).describe("engine that issued the operations"),
    cpu: cpu.describe("CPU time of assay on this host"),
    cache: cache.describe("page cache and device counters of this host"),
    harness: harness.omit({ workers: true }).nullable().describe("its load generator"),
  } satisfies Fields<PhaseHost>)
  .meta({ id: "PhaseHost", description: "Results of one host in a phase." });

export const phaseHosts = z.array(phaseHost).max(MAX_ENTRIES);

export const phaseStart = z
  .object({
    spreadNs: ns.nullable().describe("first operations of the hosts: last minus first"),
    clockBoundNs: ns.describe("largest error of a host's clock at the start"),
    firstDoneNs: ns.describe("time until the first host was done"),
    lastDoneNs: ns.describe("time until the last host was done"),
    rotation: count.describe("places by which the parts were moved on"),
  } satisfies Fields<PhaseStart>)
  .meta({ id: "PhaseStart", description: "Start and end of a phase on several hosts." });

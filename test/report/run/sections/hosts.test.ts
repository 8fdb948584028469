import { describe, expect, test } from "vitest";
import { surroundingsDifferences } from "../../../../src/metrics/difference/difference.ts";
import type { Run } from "../../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { plain, type Table } from "../../../../src/report/parts/document.ts";
import { summaryCsv } from "../../../../src/report/run/files/summary-csv.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import { headline } from "../../../../src/report/screen/run-screen.ts";
import { type MadeHosts, machines, onHosts } from "../../../claim/hosts-run.ts";
import type { MadeRun } from "../../../truth/made-storage.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../fixture.ts";
import { CALM, disturbed, FLOOR, watched } from "../../harness-cases.ts";
import { readCsv } from "../../read-csv.ts";

function merged(whole: Run, hosts: Partial<MadeHosts> = {}): Run {
  return onHosts({ run: whole } as MadeRun, { machines: machines(3), ...hosts }).run;
}

function tableOf(whole: Run, id: string): Table {
  const blocks = runReport(whole).sections.flatMap((section) => section.blocks);
  const found = blocks.find((block) => block.kind === "table" && block.id === id);
  if (found?.kind !== "table") throw new Error(`no table ${id}`);
  return found;
}

function rowsOf(whole: Run, id: string): readonly Readonly<Record<string, string>>[] {
  const { columns, rows } = tableOf(whole, id);
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ title }, at) => [title, plain(row[at]?.text ?? "")])),
  );
}

/** A section of the report as text. */
function section(whole: Run, title: string): string {
  const text = renderMarkdown(runReport(whole));
  const [, rest = ""] = text.split(`\n## ${title}\n`);
  return rest.split("\n## ")[0] ?? "";
}

/** Phases of a sweep over the number of hosts, each with its rate. */
function sweep(): Run {
  const phases = [1, 2].map((hosts) =>
    phasePlan(`read[hosts=${hosts}]`, { hosts, matrix: { hosts: String(hosts) } }),
  );
  const results = phases.map((phase) => result(phase, [summary("all", 1000, 4096, 1e6)]));
  return merged(run("sweep", VOLUME, plan("sweep", phases), results), {
    in: ({ phase }) => phase.hosts ?? 3,
  });
}

describe("numbers of each host in the report of several", () => {
  test("workers and depth are per host, beside the number of hosts", () => {
    expect(rowsOf(merged(watched(CALM)), "load")[0]).toMatchObject({
      ...{ Hosts: "3", "Workers x depth per host": "2 x 4", "Ran as, per host": "8 x 1" },
    });
    expect(rowsOf(sweep(), "load").map(({ Hosts }) => Hosts)).toEqual(["1", "2"]);
    expect(rowsOf(watched(CALM), "load")[0]).toMatchObject({ "Workers x depth": "2 x 4" });
  });

  test("the head and the screen say how many there are, and whether they share the storage", () => {
    const shared = merged(watched(CALM));
    expect(renderMarkdown(runReport(shared))).toContain("It ran on 3 hosts on one storage.");
    expect(headline(shared)).toContain("(EBS gp3), 3 hosts on one storage, 1 repetition");
    const own = merged(watched(CALM), { scope: "private" });
    expect(renderMarkdown(runReport(own))).toContain("3 hosts, each with its own storage.");
    expect(headline(watched(CALM))).not.toContain("host");
    expect(surroundingsDifferences(shared, own)).toEqual([
      { field: "hostScope", first: "absent", other: '"private"' },
    ]);
  });

  test("a rate is that of all hosts, its operations in flight are per host", () => {
    const step = { fromPerSecond: 300, toPerSecond: 300, durationNs: null };
    const rate = { arrivals: "fixed", steps: [step], mostBacklog: 100 } as const;
    const phase = phasePlan("read", { rate });
    const open = run("open", VOLUME, plan("open", [phase]), [
      result(phase, [summary("all", 300, 4096, 1e6)]),
    ]);
    expect(rowsOf(merged(open), "load")[0]?.["Workers x depth per host"]).toBe(
      "300/s of all hosts, at most 2 x 4 in flight per host",
    );
    expect(rowsOf(open, "load")[0]?.["Workers x depth"]).toBe("300/s, at most 2 x 4 in flight");
  });

  test("the size of a dataset is compared with the memory of a host", () => {
    const record = (rank: number) => ({ memoryBytes: (8 + rank) * 2 ** 30 });
    expect(section(merged(watched(CALM), { record }), "Load")).toMatch(
      /files, 4 GiB in total, 50% of the memory of the smallest host/,
    );
    // Three times 4 GiB, of which each host has one.
    const own = merged(watched(CALM), {
      ...{ record, scope: "private", more: () => ({ datasetBytes: 12 * 2 ** 30 }) },
    });
    expect(section(own, "Load")).toMatch(
      /on each host, 12 GiB in total, 4 GiB per host, 50% of the memory of the smallest host/,
    );
  });

  test("the CPU time is that of all hosts", () => {
    expect(section(merged(watched(CALM)), "Counters")).toContain("processes of all hosts");
    expect(section(watched(CALM), "Counters")).toContain("CPU time of the process divided");
  });

  test("the environment is that of the first host", () => {
    expect(section(merged(watched(CALM)), "Environment")).toContain("Environment of `a`; ");
    expect(section(watched(CALM), "Environment")).not.toContain("Environment of");
  });
});

describe("files of a run on several hosts", () => {
  test("summary.csv has the number of hosts, and the matrix in its last columns", () => {
    const [header = [], ...rows] = readCsv(summaryCsv(sweep()));
    const at = header.indexOf("hosts");
    expect(header.at(-1)).toBe("matrix_hosts");
    expect(rows.map((row) => [row[at], row.at(-1)])).toEqual([
      ["1", "1"],
      ["2", "2"],
    ]);
    const [keys = [], single = []] = readCsv(summaryCsv(watched(CALM)));
    expect(single[keys.indexOf("hosts")]).toBe("1");
  });

  test("the directories of the hosts are named, except in that of one host", () => {
    const whole = merged(watched(CALM));
    expect(section(whole, "Data files")).toContain("`hosts/`");
    const own: Run = { ...watched(CALM), hosts: (whole.hosts ?? []).slice(0, 1) };
    expect(section(own, "Data files")).not.toContain("`hosts/`");
    expect(section(own, "Hosts")).toContain("1 host, 1 machine");
  });
});

describe("the load generators of several hosts", () => {
  const titles = ["Phase", "Repetition", "Host", "Busy", "Pauses", "Short pauses"];

  test("have a row per host and phase", () => {
    const calm = merged(watched({ ...CALM, floor: FLOOR }));
    const rows = rowsOf(calm, "harness");
    expect(Object.keys(rows[0] ?? {}).slice(0, 6)).toEqual(titles);
    expect(rows.map(({ Host }) => Host)).toEqual(["a", "b", "c"]);
    // 9 s of CPU time in 8 workers of 10 s; a third of 5,987 IOPS on 8 workers of 512,000.
    expect(rows[1]).toMatchObject({ Busy: "11%", Pauses: "none", "CPU steal": "< 0.1%" });
    expect(rows[1]?.["Client limit"]).toBe("< 0.1%");
    expect(section(calm, "Load generator")).toContain("No evidence shows that the load generator");
  });

  test("show which host was disturbed or client-bound", () => {
    const rows = rowsOf(merged(disturbed()), "harness");
    expect(rows).toHaveLength(9);
    expect(rows[3]).toMatchObject({ Host: "a", Pauses: "2.07 s (2)", "CPU steal": "3.1%" });
    expect(rows[6]).toMatchObject({ Pauses: "–", "Limited by": "workers" });
    expect(section(merged(disturbed()), "Load generator")).not.toContain("No evidence");
  });

  test("are unknown of a lost host, and nothing is claimed about it", () => {
    const lost = { harness: null, reason: "lost: killed", state: "partial" } as const;
    const whole = merged(watched(CALM), { host: (rank) => (rank === 1 ? lost : {}) });
    expect(rowsOf(whole, "harness")[1]).toMatchObject({ Host: "b", Busy: "–", "CPU steal": "–" });
    expect(section(whole, "Load generator")).not.toContain("No evidence");
  });

  test("are not clean if workers of one host waited for a CPU", () => {
    const warnings = [{ code: "starved", message: "On 1 of 3 hosts (b): workers waited" }];
    const whole = merged(watched(CALM), { more: () => ({ warnings }) });
    expect(section(whole, "Load generator")).not.toContain("No evidence");
    const unseen = merged(watched(CALM), { host: () => ({ harness: null }) });
    expect(section(unseen, "Load generator")).toBe("");
  });
});

test("a run that lost a host ended early; only its user interrupts a run", () => {
  const whole: Run = { ...merged(watched(CALM)), state: "partial" };
  const lost: Run = { ...whole, reason: "read-1: 1 of 3 hosts lost: b after 2 s (killed)" };
  expect(renderMarkdown(runReport(lost))).toContain(
    "**This run is partial.** It ended early; 1 of 1 phases are complete. Reason: read-1: 1 of",
  );
  expect(headline(lost)).toContain("ended early after");
  const stopped: Run = { ...whole, reason: "interrupted in phase read-1, repetition 1" };
  expect(renderMarkdown(runReport(stopped))).toContain("partial.** It was interrupted; 1 of");
  expect(headline(stopped)).toContain("interrupted after");
});

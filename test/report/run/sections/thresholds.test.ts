import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateThresholds } from "../../../../src/metrics/threshold/threshold.ts";
import type { Run } from "../../../../src/model/run/run.ts";
import { renderMarkdown } from "../../../../src/report/format/markdown.ts";
import { renderTerminal } from "../../../../src/report/format/terminal.ts";
import { junitXml } from "../../../../src/report/run/files/junit.ts";
import { thresholdsCsv } from "../../../../src/report/run/files/thresholds-csv.ts";
import { runReport } from "../../../../src/report/run/run.ts";
import {
  metRemarks,
  thresholdSentence,
  thresholdValue,
} from "../../../../src/report/run/words/threshold.ts";
import { readXml } from "../../../../src/s3/response/xml.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../../fixture.ts";
import { expectGolden } from "../../golden.ts";
import { readCsv } from "../../read-csv.ts";
import { thresholds } from "../../thresholds.ts";

const HELD = [
  "service.p99 < 5ms",
  "rate > 6000/s",
  "mb_per_s >= 20",
  "error_rate < 0.01%",
  "sync.p99 < 1ms",
  "vs baseline: rate not lower than 95%",
];

/** Five repetitions around a rate, held to everything. */
function judged(id: string, rate: number, baseline: Run | null): Run {
  const phase = phasePlan("read", { thresholds: thresholds(HELD) });
  const planned = plan("random-read", [phase], { title: "Reads", repetitions: 5 });
  const phases = [-20, 10, 0, 5, -15].map((offset, index) =>
    result(phase, [summary("all", rate + offset, 4096, 4.9e9 / rate, { errors: index % 2 })], {
      repetition: index + 1,
    }),
  );
  const done = run(id, VOLUME, planned, phases);
  return { ...done, thresholds: evaluateThresholds(done, baseline) };
}

const before = judged("before", 6100, null);
const after = judged("after", 5200, before);

/** A report from its section on thresholds to the next. */
function section(document: string): string {
  const [, text = ""] = /(## Thresholds\n[\s\S]*?)\n## /.exec(document) ?? [];
  return `${text}\n`;
}

describe("thresholds in a report", () => {
  test("are a table with what was measured, and with the baseline where there was one", () => {
    expectGolden("thresholds.md", section(renderMarkdown(runReport(after))));
    expectGolden("thresholds-alone.md", section(renderMarkdown(runReport(before))));
    expectGolden("thresholds.csv", thresholdsCsv(after) ?? "");
    expect(renderTerminal(runReport(after), { color: false })).toContain("THRESHOLDS\n\n! 3 of 6");
  });

  test("are not evaluated if the run did not end, and absent without any", () => {
    const { thresholds: _judged, ...killed } = after;
    expect(renderMarkdown(runReport({ ...killed, state: "running" }))).toContain(
      "The run did not end: its thresholds (6) were not evaluated.",
    );
    const bare = { ...killed, plan: plan("random-read", [phasePlan("read")]) };
    expect(renderMarkdown(runReport(bare))).not.toContain("Thresholds");
    expect(thresholdsCsv(bare)).toBeNull();
  });

  test("are told in a line each", () => {
    expect(after.thresholds?.map(thresholdSentence)).toEqual([
      "read: `service.p99 < 5ms` passed: measured 3.77 ms",
      "read: `rate > 6000/s` failed: measured 5,200/s",
      "read: `mb_per_s >= 20` passed: measured 21.3 MB/s (20.3 MiB/s)",
      "read: `error_rate < 0.01%` passed: measured 0.000770%",
      "read: `sync.p99 < 1ms` failed: not measured",
      "read: `vs baseline: rate not lower than 95%` failed: measured 5,200/s, baseline " +
        "bound 5,795/s, significantly worse, 5 repetitions each, p = 0.0079 (alpha 0.05)",
    ]);
    expect(thresholdValue(null, "ns")).toBe("–");
    expect(thresholdValue(1234, "count")).toBe("1,234");
  });
});

describe("a run that differs a little from its baseline", () => {
  const kernel = { ...before.environment, kernel: "4.4.0" };
  const slower = judged("slower", 5600, before);
  const DRIFT = /^read: `vs baseline: .*` passed: .* a difference below 9\.5% may be drift/;
  const KERNEL = /the run also differs from the baseline run in software\.kernel \("4\.4\.0" and/;

  test("says how large a difference would have been seen, in the report and in JUnit", () => {
    expect(metRemarks(slower.thresholds ?? [])).toEqual([expect.stringMatching(DRIFT)]);
    expect(section(renderMarkdown(runReport(slower)))).toContain("below 9.5% may be drift");
    expect(junitXml([slower], [])).toMatch(/<system-out>read: .* below 9\.5% may be drift/);
    const [header = [], ...rows] = readCsv(thresholdsCsv(slower) ?? "");
    expect(rows[5]?.[header.indexOf("drift_share")]).toMatch(/^0\.09\d+$/);
    expect(rows[5]?.[header.indexOf("baseline_differences")]).toBe("");
    expect(metRemarks(after.thresholds ?? [])).toEqual([]);
  });

  test("names what else differs, once and beside every broken threshold", () => {
    const old = { ...before, environment: kernel };
    const alike = judged("alike", 6090, old).thresholds ?? [];
    expect(metRemarks(alike)).toEqual([expect.stringMatching(KERNEL)]);
    const drifted = judged("drifted", 5600, old);
    expect(metRemarks(drifted.thresholds ?? [])).toEqual([expect.stringMatching(KERNEL)]);
    expect(metRemarks(drifted.thresholds ?? [])[0]).toMatch(DRIFT);
    const worse = judged("worse", 4000, old);
    const text = section(renderMarkdown(runReport(worse)));
    expect(text.match(/also differs from the baseline run/g)).toHaveLength(1);
    expect(metRemarks(worse.thresholds ?? [])).toEqual([]);
    expect(worse.thresholds?.map(thresholdSentence).at(-1)).toMatch(KERNEL);
    expect(junitXml([worse], [])).toMatch(/<failure [^>]*also differs from the baseline run/);
    expect(thresholdsCsv(worse)).toContain("software.kernel");
  });
});

describe("JUnit XML", () => {
  const at = new Date("2026-11-20T10:00:00Z");

  test("has a suite per run and a case per phase and threshold, also of failed runs", () => {
    const failed = { ...after, id: "c", state: "failed" as const, reason: "out of memory" };
    const broken = { ...failed, thresholds: evaluateThresholds(failed, null) };
    const reason = 'it is "full" & <old>';
    const unbegun = {
      state: "refused",
      scenario: "random-read",
      target: "gp2",
      at,
      reason,
    } as const;
    // Held against the schemas of Ant's task and of Jenkins by hand; see the header of the code.
    expectGolden("thresholds.junit.xml", junitXml([before, after, broken], [unbegun]));
  });

  test("counts what it holds", () => {
    const xml = junitXml([before, after], []);
    const [first, second] = [...xml.matchAll(/<testsuite ([^>]*)>/g)].map(([, text]) => text);
    expect(first).toContain('tests="7" failures="1" errors="0" skipped="1"');
    expect(second).toContain('tests="7" failures="3" errors="0" skipped="0"');
    expect(xml.match(/<testcase /g)).toHaveLength(14);
    expect(xml.match(/<failure /g)).toHaveLength(4);
  });

  test("has the time of each phase, and marks those that failed or were not run", () => {
    const [ran, stopped, missing] = ["a", "b", "c"].map((name) => phasePlan(name));
    if (ran === undefined || stopped === undefined || missing === undefined) expect.fail();
    const all = [summary("all", 10, 4096, 1e6)];
    const phases = [
      result(ran, all, { repetition: 1, elapsedNs: 1.25e9 }),
      result(ran, all, { repetition: 2, elapsedNs: 1.5e9 }),
      result(stopped, all, { state: "failed", reason: "I/O error", elapsedNs: 3e8 }),
    ];
    const planned = plan("three", [ran, stopped, missing]);
    const ended = { state: "failed", reason: "I/O error" } as const;
    const xml = junitXml([run("x", VOLUME, planned, phases, ended)], []);
    const cases = [...xml.matchAll(/<testcase name="([^"]*)" .*?time="([^"]*)"(?:\/>|>(.*)<\/t)/g)];
    expect(cases.map(([, ...parts]) => parts)).toEqual([
      ["the run completes", "0.000", '<error message="the run failed: I/O error" type="failed"/>'],
      ["a", "2.750", undefined],
      ["b", "0.300", '<error message="I/O error" type="failed"/>'],
      ["c", "0.000", '<skipped message="the phase was not run"/>'],
    ]);
    expect(xml).toContain('tests="4" failures="0" errors="2" skipped="1"');
  });

  test("is well-formed whatever a name or a reason holds, and holds nothing XML has not", () => {
    const any = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("]]>", "\u0000<", "\ud800&"),
    );
    fc.assert(
      fc.property(any, any, (target, reason) => {
        const xml = junitXml([], [{ state: "refused", scenario: "a", target, at, reason }]);
        const seen: string[] = [];
        readXml(xml, (name) => seen.push(name));
        expect(seen.at(-1)).toBe("testsuites");
        expect(xml.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\ufffe\uffff]/u);
        expect(xml.isWellFormed()).toBe(true);
      }),
    );
  });
});

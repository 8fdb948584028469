import { incompleteWords } from "../../../metrics/threshold/threshold.ts";
import type { ThresholdOutcome } from "../../../model/plan/threshold.ts";
import { printableLines } from "../../../model/printable.ts";
import { onTarget, pairName } from "../../../model/run/pair-name.ts";
import type { Run } from "../../../model/run/run.ts";
import { plain } from "../../parts/document.ts";
import { STATE_WORDS } from "../../parts/format.ts";
import { searchSentence } from "../words/search.ts";
import { metRemarks, thresholdSentence, thresholdValue } from "../words/threshold.ts";

/** A run that did not start. Nothing is stored, but the JUnit report includes it. */
export interface NotStarted {
  /**
   * `skipped`: the scenario does not support the target. `refused`: an error before the load.
   * `interrupted`: stopped by the user before the load.
   */
  readonly state: "refused" | "skipped" | "interrupted";
  readonly scenario: string;
  readonly target: string;
  readonly at: Date;
  readonly reason: string;
}

interface Case {
  readonly name: string;
  readonly className: string;
  /** Time of its load; 0 for a threshold, which a phase's case has measured. */
  readonly seconds: number;
  /** Child element as XML; empty for none. */
  readonly inside: string;
  readonly kind: "passed" | "failure" | "error" | "skipped";
}

interface Suite {
  readonly name: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
  /** Remarks about cases that passed. */
  readonly remarks: readonly string[];
}

/**
 * JUnit XML for CI: one suite per scenario and target, one case per phase with its time, and one
 * per threshold. Attributes and their order follow the schema of the Ant task, which the readers of
 * the JUnit team and Jenkins accept too. A run that is not complete is a separate case.
 */
export function junitXml(runs: readonly Run[], notStarted: readonly NotStarted[]): string {
  const suites = [...runs.map(suiteOf), ...notStarted.map(suiteOfNotStarted)];
  const body = suites.map((suite, index) => suiteXml(suite, index));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    ...body,
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(run: Run): Suite {
  const name = pairName(run);
  const outcomes = run.thresholds ?? [];
  const end = run.endedAt === null ? run.startedAt : run.endedAt;
  const whole = run.state === "complete" ? [] : [wholeRun(run, name)];
  const phases = run.plan.phases.map((phase) => phaseCase(run, phase.name, name));
  const skippedPhases = (run.skippedPhases ?? []).map(({ phase, reason }) =>
    skippedCase(phase, name, reason),
  );
  return {
    name,
    startedAt: run.startedAt,
    seconds: Math.max(0, Date.parse(end) - Date.parse(run.startedAt)) / 1000,
    properties: { run: run.id, planHash: run.planHash, assayVersion: run.assayVersion },
    cases: [
      ...whole,
      ...phases,
      ...skippedPhases,
      ...outcomes.map((outcome) => caseOf(outcome, name)),
    ],
    remarks: metRemarks(outcomes),
  };
}

function suiteOfNotStarted({ state, scenario, target, at, reason }: NotStarted): Suite {
  const name = onTarget(scenario, target);
  const whole =
    state === "skipped"
      ? skippedCase("the run completes", name, reason)
      : runCase(name, element("error", { message: reason, type: state }));
  return {
    name,
    startedAt: at.toISOString(),
    seconds: 0,
    properties: {},
    cases: [whole],
    remarks: [],
  };
}

/** A phase with all of its repetitions or loads; one that did not run is skipped. */
function phaseCase(run: Run, name: string, className: string): Case {
  const results = run.phases.filter(({ phase, pointOf }) => (pointOf ?? phase.name) === name);
  if (results.length === 0) return skippedCase(name, className, "the phase was not run");
  const seconds = results.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0) / 1e9;
  const named = { name, className, seconds };
  const stopped = results.find(({ state }) => state !== "complete");
  if (stopped !== undefined) {
    const message = stopped.reason ?? `the phase ${STATE_WORDS[stopped.state]}`;
    return { ...named, inside: element("error", { message, type: stopped.state }), kind: "error" };
  }
  const search = run.searches?.find(({ phase }) => phase === name);
  if (search === undefined || search.best !== null) {
    return { ...named, inside: "", kind: "passed" };
  }
  const failed = { message: plain(searchSentence(search)), type: "search" };
  return { ...named, inside: element("failure", failed), kind: "failure" };
}

function wholeRun({ state, reason }: Run, className: string): Case {
  const message = incompleteWords({ state, reason });
  return runCase(className, element("error", { message, type: state }));
}

function runCase(className: string, inside: string): Case {
  return { name: "the run completes", className, seconds: 0, inside, kind: "error" };
}

function skippedCase(name: string, className: string, message: string): Case {
  return { name, className, seconds: 0, inside: element("skipped", { message }), kind: "skipped" };
}

function caseOf(outcome: ThresholdOutcome, className: string): Case {
  const { phase, text, state, reason, unit, bound } = outcome;
  const named = { name: `${phase}: ${text}`, className, seconds: 0 };
  if (state === "met") return { ...named, inside: "", kind: "passed" };
  if (state === "unjudged") return skippedCase(named.name, className, reason ?? "");
  const attributes = { message: thresholdSentence(outcome), type: "threshold" };
  const held = bound === null ? "" : `bound: ${thresholdValue(bound, unit)}`;
  return { ...named, inside: element("failure", attributes, held), kind: "failure" };
}

function suiteXml(
  { name, startedAt, seconds, properties, cases, remarks }: Suite,
  id: number,
): string {
  const count = (kind: Case["kind"]): string =>
    String(cases.filter((one) => one.kind === kind).length);
  const attributes = {
    id: String(id),
    name,
    package: "assay",
    // The schema requires a time without a zone; readers assume UTC.
    timestamp: startedAt.slice(0, 19),
    hostname: "localhost",
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds.toFixed(3),
  };
  const listed = Object.entries(properties).map(([key, value]) =>
    element("property", { name: key, value }),
  );
  const inside = [
    listed.length === 0 ? "<properties/>" : `<properties>${listed.join("")}</properties>`,
    ...cases.map((one) => caseXml(one)),
    element("system-out", {}, remarks.join("\n")),
    "<system-err/>",
  ];
  return `<testsuite${attributesXml(attributes)}>\n${inside.join("\n")}\n</testsuite>`;
}

function caseXml({ name, className, seconds, inside }: Case): string {
  const attributes = attributesXml({ name, classname: className, time: seconds.toFixed(3) });
  return inside === "" ? `<testcase${attributes}/>` : `<testcase${attributes}>${inside}</testcase>`;
}

function element(tag: string, attributes: Readonly<Record<string, string>>, text = ""): string {
  const open = `<${tag}${attributesXml(attributes)}`;
  return text === "" ? `${open}/>` : `${open}>${escaped(text)}</${tag}>`;
}

function attributesXml(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** Escapes a text for XML 1.0, which allows no control characters and no lone surrogates. */
function escaped(text: string): string {
  return printableLines(text)
    .replace(/[&<>"\n\t]/g, (sign) => ENTITIES[sign] ?? sign)
    .replace(/[\ufffe\uffff]/gu, "\ufffd");
}

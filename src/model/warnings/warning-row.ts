/**
 * Words of the warnings about a run: event, effect and remedy of each kind. `run/warning-rows.ts`
 * lists all kinds.
 */
/** One kind of warning. Messages, caveats over several phases and documentation are made of it. */
export interface WarningRow {
  /** Name of the event, a noun phrase: `CPU steal`. */
  readonly event: string;
  /** Effect on the results, one sentence. */
  readonly effect: string;
  /** Remedy, one sentence. */
  readonly remedy: string;
}

export const row = (event: string, effect: string, remedy: string): WarningRow => ({
  event,
  effect,
  remedy,
});

/** Warning codes of a run on several hosts. */
export const HOST_ROWS = {
  "host-lost": row(
    "Lost host",
    "Its operations count until its last message, and the rate after it is that of fewer hosts.",
    "Find out why the host or its connection ended, and run again.",
  ),
  "start-spread": row(
    "Hosts that did not start together",
    "The rate includes time in which not all hosts issued operations.",
    "Stop other programs on the last host, or raise `--max-start-spread`.",
  ),
  "host-silent": row(
    "Host without messages for some time",
    "It is unknown what it loaded in that time; its measurements are complete.",
    "Check the connection to the host, and stop other programs on it.",
  ),
  "hosts-absent": row(
    "Absent hosts",
    "The load is lower than planned.",
    "Mend the cause that the message names, or take the hosts off the list.",
  ),
  "uneven-hosts": row(
    "Host with less than half of the median rate",
    "The sum of the hosts hides it, and phases that a count ends wait for it.",
    "Compare its network path, mount options and instance type with the other hosts.",
  ),
  "clock-drift": row(
    "Clock drift between hosts",
    "Intervals of that host are late or early compared with the others.",
    "Use a shorter phase, or hosts with the same clock source.",
  ),
  "clock-stale": row(
    "Clock that was not compared before the start",
    "That host may have started early or late by the drift of its clock.",
    "Check the connection to the host, and stop other programs on it.",
  ),
  "hosts-differ": row(
    "Hosts that differ",
    "Differences between the hosts may come from this.",
    "Use hosts with the same software and of the same type.",
  ),
  "same-machine": row(
    "Several processes on one machine",
    "They share its CPUs, memory and network, and count as one client.",
    "Use one host per machine to measure several clients.",
  ),
} as const satisfies Readonly<Record<string, WarningRow>>;

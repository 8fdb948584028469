import { Writable } from "node:stream";
import stringWidth from "string-width";
import type { Terminal } from "../../../src/cli/console.ts";

const ESCAPE = String.fromCharCode(0x1b);
const SEQUENCE = new RegExp(
  `${ESCAPE}\\[(\\??)([0-9;]*)([A-Za-z])|\\r|\\n|[^${ESCAPE}\\r\\n]+`,
  "g",
);

/**
 * A terminal that interprets what a redrawn block needs: line feeds, cursor movements and erasing.
 * Lines that are wider than it are wrapped as by xterm.
 */
export class TestTerminal extends Writable implements Terminal {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Everything written so far. */
  written = "";
  /** How often a line was wrapped because it is too wide. */
  wraps = 0;
  private readonly lines: string[] = [""];
  private row = 0;
  private column = 0;

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }

  /** What a reader sees, without the spaces and empty lines at its end. */
  get shown(): readonly string[] {
    const shown = this.lines.map((line) => line.trimEnd());
    while (shown.at(-1) === "") shown.pop();
    return shown;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.take(String(chunk));
    done();
  }

  take(text: string): void {
    this.written += text;
    for (const [all, isPrivate, count, command] of text.matchAll(SEQUENCE)) {
      if (all === "\r") this.column = 0;
      else if (all === "\n") this.feed();
      else if (command === undefined) this.print(all);
      else if (isPrivate === "") this.obey(command, count === "" ? null : Number(count));
    }
  }

  private obey(command: string, count: number | null): void {
    if (command === "A") this.row = Math.max(0, this.row - (count ?? 1));
    else if (command === "B") this.row += count ?? 1;
    else if (command === "G") this.column = (count ?? 1) - 1;
    else if (command === "K") {
      const line = this.lines[this.row] ?? "";
      this.lines[this.row] = count === 2 ? "" : line.slice(0, this.column);
    } else if (command !== "m") throw new Error(`unknown sequence ${count}${command}`);
    while (this.lines.length <= this.row) this.lines.push("");
  }

  private feed(): void {
    this.row++;
    this.column = 0;
    while (this.lines.length <= this.row) this.lines.push("");
  }

  private print(text: string): void {
    for (const character of text) {
      const width = stringWidth(character);
      if (this.column + width > this.columns) {
        this.wraps++;
        this.feed();
      }
      const line = (this.lines[this.row] ?? "").padEnd(this.column);
      this.lines[this.row] = line.slice(0, this.column) + character + line.slice(this.column + 1);
      this.column += width;
    }
  }
}

import { isAscii } from "node:buffer";
import { stripVTControlCharacters } from "node:util";
import { bounded, oneLine } from "../model/printable.ts";
import { isList, type Json } from "./channel.ts";

/** Maximum length of a message, bytes. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** Maximum output that is ignored before the first message, such as a greeting, bytes. */
export const MAX_NOISE_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;
const EMPTY = Buffer.alloc(0);
/** Control characters that JSON may contain unescaped. */
const CONTROLS = /[\u007f-\u009f]/;
const ESCAPE = Buffer.from("\\u");
const DELETE = 0x7f;

/** The other side sent something other than messages. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/**
 * Formats a message as one line of JSON. A line feed precedes `hello`, so that it begins a line
 * whatever a login shell has written.
 * @throws FrameError if the message is larger than 4 MiB
 */
export function frame(message: Json): string {
  const line = `${JSON.stringify(message)}\n`;
  if (line.length > MAX_LINE_BYTES / 3 && Buffer.byteLength(line) > MAX_LINE_BYTES) {
    throw new FrameError(`a message has ${Buffer.byteLength(line)} bytes; maximum: 4 MiB`);
  }
  return typeOf(message) === "hello" ? `\n${line}` : line;
}

/**
 * Reads messages from bytes. With `quiet`, every line has to be a message; else output before
 * `hello` is ignored.
 */
export class FrameReader {
  private readonly parts: Buffer[] = [];
  private partBytes = 0;
  /** Whether a message has been read. */
  started: boolean;
  private noiseBytes = 0;
  private noise = "";

  constructor(quiet: boolean) {
    this.started = quiet;
  }

  /** The last part of the output while there is no message; "" after the first message. */
  get ignored(): string {
    if (this.started) return "";
    return shown(this.noise + Buffer.concat(this.parts).toString("utf8"));
  }

  /** Returns the messages that `bytes` complete. @throws FrameError at something else */
  *read(bytes: Buffer): Generator<Json> {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, from);
      this.keep(bytes.subarray(from, end === -1 ? bytes.length : end));
      if (end === -1) return;
      from = end + 1;
      const [only = EMPTY, ...others] = this.parts.splice(0);
      const line = others.length === 0 ? only : Buffer.concat([only, ...others]);
      this.partBytes = 0;
      if (line.length === 0) continue;
      const message = this.messageOf(line);
      if (message !== undefined) yield message;
    }
  }

  private keep(bytes: Buffer): void {
    this.parts.push(bytes);
    this.partBytes += bytes.length;
    if (!this.started) this.limitNoise();
    if (this.partBytes > MAX_LINE_BYTES) throw new FrameError("sent a line of more than 4 MiB");
  }

  private limitNoise(): void {
    // The line that is being read may be `hello`, which is shorter.
    if (this.noiseBytes + this.partBytes <= MAX_NOISE_BYTES) return;
    throw new FrameError(`sent 64 kB of other output before a message: ${this.ignored}`);
  }

  private messageOf(bytes: Buffer): Json | undefined {
    const message = parsed(bytes);
    if (!this.started && typeOf(message) !== "hello") {
      this.noiseBytes += bytes.length + 1;
      this.noise = `${this.noise}${bytes.toString("utf8")}\n`.slice(-2000);
      return undefined;
    }
    this.started = true;
    return given(message, bytes);
  }
}

/** Returns text from another host as one printable line without escape sequences. */
export function shown(text: string): string {
  return bounded(oneLine(stripVTControlCharacters(text).trim()), 300);
}

/** Returns the message that bytes are. @throws FrameError at something else */
export function messageIn(bytes: Buffer): Json {
  return given(parsed(bytes), bytes);
}

function given(message: Json | undefined, bytes: Buffer): Json {
  if (message !== undefined) return message;
  throw new FrameError(`sent something other than a message: ${shown(bytes.toString("utf8"))}`);
}

/** Returns the value of one line of JSON without control characters; undefined if it is none. */
function parsed(bytes: Buffer): Json | undefined {
  const isPlain = isAscii(bytes);
  // Nearly all lines are: a search for bytes costs less than one for characters.
  const line = bytes.toString(isPlain ? "latin1" : "utf8");
  try {
    const value: Json = JSON.parse(line);
    const isEscaped = bytes.includes(ESCAPE);
    const hasControls = isPlain ? bytes.includes(DELETE) : CONTROLS.test(line);
    return isEscaped || hasControls ? harmless(value) : value;
  } catch {
    return undefined;
  }
}

/** Removes escape sequences and control characters, except line feeds and tabs, from all texts. */
function harmless(value: Json): Json {
  if (typeof value === "string") {
    return stripVTControlCharacters(value).replace(/[^\P{Cc}\n\t]/gu, "");
  }
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map(harmless);
  const entries = Object.entries(value).map(([key, one]) => [harmless(key), harmless(one)]);
  return Object.fromEntries(entries);
}

function typeOf(message: Json | undefined): Json | undefined {
  if (typeof message !== "object" || message === null || isList(message)) return undefined;
  return message.type;
}

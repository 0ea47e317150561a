// One line on a terminal that is written over and over; nothing where stderr is a file or a pipe.

export interface ProgressLine {
  show(text: string): void;
  /** Before anything else is printed, and at the end. */
  clear(): void;
}

/** ANSI: carriage return, erase to the end of the line. */
const ERASE_LINE = "\r\u001b[K";

export function progressLine(stream: { readonly isTTY?: boolean; write(text: string): unknown }): ProgressLine {
  if (stream.isTTY !== true) return { show() {}, clear() {} };
  return {
    show: (text) => void stream.write(`${ERASE_LINE}${text}`),
    clear: () => void stream.write(ERASE_LINE),
  };
}

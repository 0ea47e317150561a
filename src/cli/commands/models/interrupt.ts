// Ctrl-C for commands that work through a list: what is done is printed. Holds no decision.

/** Runs `work` with a signal that Ctrl-C sets; a second Ctrl-C ends the process as it always does. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.removeListener("SIGINT", stop);
  }
}

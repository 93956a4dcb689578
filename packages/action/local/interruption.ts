/** A signal that aborts when the user wants to stop. The process then lives until the Action has tidied up. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  // On Windows the console itself interrupts the Action, and a signal from here would end it at once: only a
  // second Ctrl-C may do that.
  let mayAbort = process.platform !== 'win32';
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (mayAbort) controller.abort();
      mayAbort = true;
    });
  }
  return controller.signal;
}

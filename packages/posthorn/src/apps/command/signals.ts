// Being told to stop: the first signal asks, the second must be obeyed at once.
type StopSignal = 'SIGTERM' | 'SIGINT';

/**
 * One press of Ctrl-C under `npm start` arrives twice: from the terminal, and passed on by npm. A signal that comes this soon after
 * the first signal is still the first, in milliseconds.
 */
const SAME_PRESS_MS = 500;

/**
 * Listens from now on. With handlers of its own a process can also be stopped when it is the first one of a container,
 * where the kernel ignores signals that nobody handles.
 * @param stopAtOnce called on every later signal
 * @returns resolves with the first signal
 */
export function stopSignal(stopAtOnce: (signal: StopSignal) => void): Promise<StopSignal> {
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  let firstAt: number | undefined;
  const receive = (signal: StopSignal) => {
    const at = performance.now();
    if (firstAt === undefined) {
      firstAt = at;
      resolve(signal);
    } else if (at - firstAt > SAME_PRESS_MS) {
      stopAtOnce(signal);
    }
  };
  process.on('SIGTERM', receive);
  process.on('SIGINT', receive);
  return promise;
}

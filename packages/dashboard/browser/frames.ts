// How smooth a page is: its longest task, and the gaps between the frames that it drew.
import type { Page } from 'playwright-core';

export interface Smoothness {
  /** Tasks over 50 ms, during which the page answers nobody, in milliseconds. */
  readonly longTasks: readonly number[];
  /** From one frame to the next, in milliseconds, the shortest first. */
  readonly frames: readonly number[];
}

/** Measures a page while something is done with it. */
export async function smoothnessOf(page: Page, work: () => Promise<void>): Promise<Smoothness> {
  const measuring = await page.evaluateHandle(() => {
    const longTasks: number[] = [];
    const frames: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    });
    observer.observe({ type: 'longtask' });
    let last = performance.now();
    let going = true;
    const frame = (now: number) => {
      frames.push(now - last);
      last = now;
      if (going) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return {
      end: () => {
        going = false;
        observer.disconnect();
        return { longTasks, frames: frames.slice(1).sort((a, b) => a - b) };
      },
    };
  });
  await work();
  return await measuring.evaluate(({ end }) => end());
}

/** The longest of a share of the frames, in milliseconds. */
export const percentile = ({ frames }: Smoothness, share: number): number =>
  frames[Math.min(frames.length - 1, Math.floor(frames.length * share))] ?? 0;

/** In words, for whoever reads the test's output. */
export function smoothnessText(smoothness: Smoothness): string {
  const { longTasks, frames } = smoothness;
  const ms = (value: number) => `${value.toFixed()} ms`;
  return [
    `${frames.length} frames`,
    `median ${ms(percentile(smoothness, 0.5))}`,
    `p99 ${ms(percentile(smoothness, 0.99))}`,
    `longest ${ms(percentile(smoothness, 1))}`,
    `${longTasks.length} tasks over 50 ms`,
    `the longest ${ms(Math.max(0, ...longTasks))}`,
  ].join(', ');
}

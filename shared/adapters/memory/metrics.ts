import type { ConsumerFigures, Metrics } from '../../engine/ports.ts';

/** Keeps what was published. */
export function memoryMetrics(): Metrics & { readonly published: readonly ConsumerFigures[] } {
  const published: ConsumerFigures[] = [];
  return { published, publish: (figures) => void published.push(figures) };
}

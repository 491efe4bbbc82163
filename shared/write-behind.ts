/** Writes that are begun and not waited for, a bounded number at a time. */
export interface WriteBehind {
  /** Begins a write, as soon as fewer than the limit are under way. Throws what an earlier one failed with. */
  begin(write: () => Promise<void>): Promise<void>;
  /** Resolves when all are done. Throws what the first of them failed with. */
  finish(): Promise<void>;
  /** Resolves when none is under way any more, whether or not they failed. */
  settle(): Promise<void>;
}

export function writeBehind(limit: number): WriteBehind {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    async begin(write) {
      while (underWay.size >= limit) await Promise.race(underWay);
      throwFailure();
      const writing: Promise<void> = write()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underWay.delete(writing));
      underWay.add(writing);
    },
    async finish() {
      await Promise.all(underWay);
      throwFailure();
    },
    async settle() {
      await Promise.all(underWay);
    },
  };
}

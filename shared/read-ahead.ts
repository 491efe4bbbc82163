/**
 * `read(0)` to `read(count - 1)`, in order. While one is in use, `held - 1` further ones are under way: whatever they read
 * into must hold so many. All have ended when this does, where one fails as well.
 */
export async function* readAhead<Result>(
  count: number,
  held: number,
  read: (index: number) => Promise<Result>,
): AsyncGenerator<Result> {
  const ahead: Promise<Result>[] = [];
  let next = 0;
  try {
    for (let index = 0; index < count; index++) {
      while (next < Math.min(index + held, count)) {
        const reading = read(next++);
        // A failure is met when its turn comes; until then it is not unhandled.
        reading.catch(() => undefined);
        ahead.push(reading);
      }
      yield await ahead.shift()!;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

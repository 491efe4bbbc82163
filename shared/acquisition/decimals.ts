/** Numbers as files hold them: four decimals are finer than any measurement, and the same text on every machine. */
export const toFourDecimals = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Amounts as people write and read them: memory, bytes, seconds. */

const MEMORY_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1,
  mb: 1,
  mib: 1,
  g: 1024,
  gb: 1024,
  gib: 1024,
};

/** MiB from `800MiB`, `2GiB`, `1.5g` or a bare number of MiB; undefined for anything else. */
export function parseMemoryMiB(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = MEMORY_UNITS[match?.[2]?.toLowerCase() ?? 'none'];
  if (unit === undefined) return undefined;
  const memoryMiB = Math.floor(Number(match?.[1]) * unit);
  return memoryMiB >= 1 ? memoryMiB : undefined;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units, as disks and networks are sold: `1.3 GB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : threeDigits(value)} ${BYTE_UNITS[power]}`;
}

export const formatRate = (bytes: number, seconds: number): string =>
  seconds > 0 ? `${threeDigits(bytes / 1e6 / seconds)} MB/s` : '-';

const threeDigits = (value: number): string => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

/** `0.8 s`, `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `1 plane`, `3 planes`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;

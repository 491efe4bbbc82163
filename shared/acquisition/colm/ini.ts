/**
 * Windows-style INI files as instruments write them: UTF-8 with or without a byte order mark, or Latin-1; any line end;
 * quotes optional; sections and keys found whatever their case and blanks.
 */

export interface Ini {
  get(section: string, key: string): string | undefined;
  readonly warnings: readonly string[];
}

export function parseIni(text: string): Ini {
  const values = new Map<string, string>();
  const warnings: string[] = [];
  let section = '';
  for (const line of text.split(/\r\n|\r|\n/).map((raw) => raw.trim())) {
    const header = /^\[(.*)\]$/.exec(line);
    const separator = line.indexOf('=');
    if (header !== null) section = header[1] ?? '';
    else if (!/^[;#]/.test(line) && separator > 0) {
      const key = line.slice(0, separator).trim();
      const path = pathOf(section, key);
      if (values.has(path))
        warnings.push(`[${section}] ${key} is given more than once: the last value counts`);
      values.set(path, unquoted(line.slice(separator + 1).trim()));
    }
  }
  return { get: (ofSection, key) => values.get(pathOf(ofSection, key)), warnings };
}

/** Text of a file that may be UTF-8 or, where it is not valid UTF-8, Latin-1. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Instruments write the micro sign in Latin-1; every byte sequence is valid there.
    return Buffer.from(bytes).toString('latin1');
  }
}

const pathOf = (section: string, key: string): string => `${normal(section)}\n${normal(key)}`;
const normal = (name: string): string => name.trim().replace(/\s+/g, ' ').toLowerCase();
const unquoted = (value: string): string => /^"(.*)"$/.exec(value)?.[1] ?? value.replace(/^"|"$/g, '');

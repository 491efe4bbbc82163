/** As much XML as S3 speaks. */

export type XmlValue = string | number | boolean | XmlElements | readonly XmlElements[];
export interface XmlElements {
  readonly [name: string]: XmlValue | undefined;
}

/** A list becomes one element after the other. */
export function xml(name: string, elements: XmlElements): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, elements)}`;
}

function element(name: string, value: XmlValue): string {
  if (Array.isArray(value)) return value.map((item: XmlElements) => element(name, item)).join('');
  if (typeof value !== 'object') return `<${name}>${escapeXml(String(value))}</${name}>`;
  const parts = Object.entries(value).map(([child, inner]) =>
    inner === undefined ? '' : element(child, inner),
  );
  return `<${name}>${parts.join('')}</${name}>`;
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"'\r\n]/g, (character) => `&#${character.codePointAt(0)};`);

/** The texts of all elements of that name, in order. */
export function textsOf(document: string, name: string): string[] {
  const found = document.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'));
  return [...found].map(([, text = '']) => unescapeXml(text));
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex: string, decimal: string, name: string) =>
    name === undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
      : NAMED[name]!,
  );

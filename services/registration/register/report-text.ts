/** The report for people: `report.md`, and the same as a page, `report.html`. */
import type { ReportBlock } from './report-blocks.ts';

export const markdownOf = (blocks: readonly ReportBlock[]): string =>
  `${blocks.map(markdown).join('\n\n')}\n`;

function markdown(block: ReportBlock): string {
  switch (block.kind) {
    case 'title':
      return `# ${block.text}`;
    case 'heading':
      return `## ${block.text}`;
    case 'paragraph':
      return block.text;
    case 'list':
      return block.items.map((item) => ` - ${item}`).join('\n');
    case 'table':
      return [block.head, block.head.map(() => '---'), ...block.rows]
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n');
    case 'picture':
      return `![${block.caption}](${block.file})\n\n${block.caption}`;
  }
}

/** One file without scripts; the pictures lie beside it. */
export const htmlOf = (blocks: readonly ReportBlock[]): string =>
  `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n` +
  `<title>Registration</title>\n<style>${STYLE}</style>\n${blocks.map(html).join('\n')}\n</html>\n`;

const STYLE =
  'body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1c2333 } ' +
  'img { max-width: 100%; display: block } figure { margin: 1.5rem 0 } figcaption { color: #5b6478 } ' +
  'table { border-collapse: collapse } td, th { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid #dde1ea }';

function html(block: ReportBlock): string {
  switch (block.kind) {
    case 'title':
      return `<h1>${escaped(block.text)}</h1>`;
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`;
    case 'paragraph':
      return `<p>${escaped(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
    case 'table':
      return `<table>${[row(block.head, 'th'), ...block.rows.map((cells) => row(cells, 'td'))].join('\n')}</table>`;
    case 'picture':
      return `<figure><img src="${escaped(block.file)}" alt=""><figcaption>${escaped(block.caption)}</figcaption></figure>`;
  }
}

const row = (cells: readonly string[], tag: 'td' | 'th'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;

/** Paths and notes are a user's own words. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

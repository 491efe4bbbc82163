/** Reads the project files of TeraStitcher: `xml_import`, `xml_displ...` and `xml_merging.xml` differ in content, not in form. */
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import {
  type AxisDisplacement,
  type Displacement,
  TeraStitcherError,
  type TeraStitcherProject,
  type TeraStitcherStack,
} from './project.ts';

/**
 * What is not needed may be absent; NORTH and WEST repeat what their neighbours' SOUTH and EAST say and are not read.
 *
 * @param file names the file in errors
 */
export function readTeraStitcher(file: string, text: string): TeraStitcherProject {
  const root = rootOf(file, text);
  const dimensions = child(file, root, 'dimensions');
  const planes = dimensions.attributes.stack_slices;
  return {
    grid: {
      rows: number(file, dimensions, 'stack_rows'),
      columns: number(file, dimensions, 'stack_columns'),
    },
    planes: planes === undefined ? undefined : number(file, dimensions, 'stack_slices'),
    stacks: children(child(file, root, 'STACKS'), 'Stack').map((stack) => readStack(file, stack)),
  };
}

function readStack(file: string, stack: XmlElement): TeraStitcherStack {
  const read = (attribute: string): number => number(file, stack, attribute);
  const { DIR_NAME = '', Z_RANGES = '' } = stack.attributes;
  return {
    row: read('ROW'),
    column: read('COL'),
    isScanned: DIR_NAME !== '' || Z_RANGES !== '',
    position: [read('ABS_H'), read('ABS_V'), read('ABS_D')],
    east: readDisplacements(file, stack, 'EAST_displacements'),
    south: readDisplacements(file, stack, 'SOUTH_displacements'),
  };
}

const readDisplacements = (file: string, stack: XmlElement, side: string): Displacement[] =>
  children(stack, side).flatMap((measured) =>
    children(measured, 'Displacement').map((displacement) => {
      const axis = (name: string): AxisDisplacement => readAxis(file, child(file, displacement, name));
      return [axis('H'), axis('V'), axis('D')] as const;
    }),
  );

function readAxis(file: string, axis: XmlElement): AxisDisplacement {
  const read = (attribute: string): number => number(file, axis, attribute);
  const optional = (attribute: string): number =>
    axis.attributes[attribute] === undefined ? 0 : read(attribute);
  return {
    offset: read('displ'),
    nominal: read('default_displ'),
    reliability: read('reliability'),
    peak: optional('nccPeak'),
    search: optional('delay'),
  };
}

function rootOf(file: string, text: string): XmlElement {
  let root: XmlElement | null;
  try {
    root = parseXml(text).root;
  } catch (cause) {
    const [firstLine] = (cause as Error).message.split('\n');
    throw new TeraStitcherError(file, `not XML (${firstLine})`, cause);
  }
  if (root?.name !== 'TeraStitcher')
    throw new TeraStitcherError(file, `its root element is <${root?.name}>, not <TeraStitcher>`);
  return root;
}

const children = (parent: XmlElement, name: string): XmlElement[] =>
  parent.children.filter((node) => node instanceof XmlElement).filter((element) => element.name === name);

function child(file: string, parent: XmlElement, name: string): XmlElement {
  const [found] = children(parent, name);
  if (found === undefined) throw new TeraStitcherError(file, `no <${name}> in <${parent.name}>`);
  return found;
}

function number(file: string, element: XmlElement, attribute: string): number {
  const text = element.attributes[attribute];
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  const found = text === undefined ? 'is not there' : `is "${text}"`;
  throw new TeraStitcherError(file, `${attribute} of a <${element.name}> ${found}; it must be a number`);
}

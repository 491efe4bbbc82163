import { describe, expect, it } from 'vitest';
import { readTeraStitcher } from '../../../shared/formats/terastitcher/read-project.ts';

const axis = (name: string, offset: number | string, nominal: number, reliability: number) =>
  `<${name} displ="${offset}" default_displ="${nominal}" reliability="${reliability}" nccPeak="0.81" nccWidth="7"
     nccWRangeThr="29" nccInvWidth="30" delay="100" />`;

/** As TeraStitcher writes it: \n, four spaces, its own order of attributes. */
const merging = `<?xml version="1.0" encoding="UTF-8" ?>
<!DOCTYPE TeraStitcher SYSTEM "TeraStitcher.DTD">
<TeraStitcher volume_format="TiledXY|2Dseries" input_plugin="tiff2D">
    <stacks_dir value="/data/a &amp; b/VW0" />
    <mdata_bin value="/data/a &amp; b/VW0/mdata.bin" />
    <ref_sys ref1="1" ref2="2" ref3="3" />
    <voxel_dims V="0.585" H="0.585" D="5" />
    <origin V="0" H="0" D="0" />
    <mechanical_displacements V="1018" H="1018" />
    <dimensions stack_rows="1" stack_columns="2" stack_slices="400" />
    <STACKS>
        <Stack N_CHANS="1" N_BYTESxCHAN="2" ROW="0" COL="0" ABS_V="4" ABS_H="0" ABS_D="2" STITCHABLE="yes" DIR_NAME="LOC000" Z_RANGES="[0,400)" IMG_REGEX=".*.tiff">
            <NORTH_displacements />
            <EAST_displacements>
                <Displacement TYPE="MIP_NCC">
                    ${axis('V', -4, 0, 0.9)}
                    ${axis('H', 1735, 1740, 0.8)}
                    ${axis('D', -2, 0, 0.7)}
                </Displacement>
            </EAST_displacements>
            <SOUTH_displacements />
            <WEST_displacements />
        </Stack>
        <Stack N_CHANS="1" N_BYTESxCHAN="2" ROW="0" COL="1" ABS_V="0" ABS_H="1735" ABS_D="0" STITCHABLE="no" DIR_NAME="" Z_RANGES="" IMG_REGEX="">
            <NORTH_displacements /><EAST_displacements /><SOUTH_displacements /><WEST_displacements />
        </Stack>
    </STACKS>
</TeraStitcher>
`;

describe('a TeraStitcher project', () => {
  it('is read in the order x, y, z', () => {
    const { grid, planes, stacks } = readTeraStitcher('xml_merging.xml', merging);
    expect({ grid, planes }).toEqual({ grid: { rows: 1, columns: 2 }, planes: 400 });
    expect(
      stacks.map(({ row, column, position, isScanned }) => ({ row, column, position, isScanned })),
    ).toEqual([
      { row: 0, column: 0, position: [0, 4, 2], isScanned: true },
      { row: 0, column: 1, position: [1735, 0, 0], isScanned: false },
    ]);
    const displacement = (offset: number, nominal: number, reliability: number) => ({
      offset,
      nominal,
      reliability,
      peak: 0.81,
      search: 100,
    });
    expect(stacks[0]).toMatchObject({
      east: [[displacement(1735, 1740, 0.8), displacement(-4, 0, 0.9), displacement(-2, 0, 0.7)]],
      south: [],
    });
  });

  it('is read where a byte order mark, Windows line ends, comments and unknown elements lie about', () => {
    const odd = `\uFEFF${merging.replaceAll('\n', '\r\n').replace('<STACKS>', '<!-- by hand --><note /><STACKS>')}`;
    expect(readTeraStitcher('x', odd)).toEqual(readTeraStitcher('x', merging));
  });

  it('needs no more than the grid and the positions', () => {
    const least = `<TeraStitcher><dimensions stack_rows="1" stack_columns="1"/><STACKS>
      <Stack ROW="0" COL="0" ABS_V="1.5" ABS_H="-2" ABS_D="0" DIR_NAME="a"/></STACKS></TeraStitcher>`;
    expect(readTeraStitcher('x', least)).toEqual({
      grid: { rows: 1, columns: 1 },
      planes: undefined,
      stacks: [{ row: 0, column: 0, isScanned: true, position: [-2, 1.5, 0], east: [], south: [] }],
    });
  });

  it.each([
    ['<TeraStitcher', /^a\.xml: not XML \(/],
    ['', /^a\.xml: not XML \(/],
    ['<html></html>', /^a\.xml: its root element is <html>, not <TeraStitcher>/],
    ['<TeraStitcher />', /^a\.xml: no <dimensions> in <TeraStitcher>/],
    [merging.replace('ABS_H="0"', ''), /ABS_H of a <Stack> is not there; it must be a number/],
    [merging.replace('ABS_H="0"', 'ABS_H="left"'), /ABS_H of a <Stack> is "left"; it must be a number/],
    [merging.replace('displ="1735"', 'displ=""'), /displ of a <H> is ""; it must be a number/],
    [merging.replace(/<D displ.*\n.*\/>/, ''), /no <D> in <Displacement>/],
  ])('says what is wrong with it: %#', (text, message) => {
    expect(() => readTeraStitcher('a.xml', text)).toThrow(message);
  });
});

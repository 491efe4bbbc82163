import { describe, expect, it } from 'vitest';
import { placementXml } from '../../../../services/stitching/terastitcher/placement-xml.ts';
import type { Acquisition } from '../../../../shared/acquisition/acquisition.ts';
import { makePlacement, nominalPosition, type Placement } from '../../../../shared/acquisition/placement.ts';
import type { Vec3 } from '../../../../shared/geometry/box.ts';
import { stageAcquisition } from '../stage-acquisition.ts';
import { pairOf, pairsOf } from './pair-records.ts';

/** Tiles that lie off the stage's places, by location. */
function placementOf(acquisition: Acquisition, shifts: Readonly<Record<number, Vec3>> = {}): Placement {
  const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => {
    const nominal = nominalPosition(acquisition, { row, column });
    const [x, y, z] = shifts[loc] ?? [0, 0, 0];
    const position: [number, number, number] = [nominal[0] + x, nominal[1] + y, nominal[2] + z];
    return { loc, row, column, directory, nominal, position, source: 'pairs' as const };
  });
  return makePlacement(acquisition, tiles);
}

describe('placement.xml', () => {
  it('is, to the byte, what TeraStitcher and CloudReg write', () => {
    const acquisition = stageAcquisition(1, 2, { missing: [3, 4] });
    const placement = placementOf(acquisition, { 1: [-3.4, 2.6, -0.4] });
    const pairs = pairsOf([
      pairOf({ a: 0, b: 1, axis: 'x', nominal: [80, 0, 0], status: 'used' }, [76.5, 2.5, -0.4]),
    ]);
    const axis = (name: string, displ: number, nominal: number, search: number) =>
      `\t\t\t\t\t<${name} displ="${displ}" default_displ="${nominal}" reliability="0.75" nccPeak="0.5" ` +
      `nccWidth="1" nccWRangeThr="29" nccInvWidth="30" delay="${search}" />`;
    const lines = [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<!DOCTYPE TeraStitcher SYSTEM "TeraStitcher.DTD">',
      '<TeraStitcher volume_format="TiledXY|2Dseries" input_plugin="tiff2D">',
      '\t<stacks_dir value="/data/my brain/VW0" />',
      '\t<ref_sys ref1="1" ref2="2" ref3="3" />',
      '\t<voxel_dims V="0.585" H="0.585" D="5" />',
      '\t<origin V="0" H="0" D="0" />',
      '\t<mechanical_displacements V="37" H="46" />',
      '\t<dimensions stack_rows="1" stack_columns="2" stack_slices="20" />',
      '\t<STACKS>',
      '\t\t<Stack N_CHANS="1" N_BYTESxCHAN="2" ROW="0" COL="0" ABS_V="0" ABS_H="0" ABS_D="0" STITCHABLE="yes" ' +
        'DIR_NAME="LOC000" Z_RANGES="[0,3);[5,20)" IMG_REGEX="VW0_LOC000D_CM0_CHN02_PLN.*.tif">',
      '\t\t\t<NORTH_displacements />',
      '\t\t\t<EAST_displacements>',
      '\t\t\t\t<Displacement TYPE="MIP_NCC">',
      axis('V', 3, 0, 50),
      axis('H', 77, 80, 60),
      axis('D', 0, 0, 5),
      '\t\t\t\t</Displacement>',
      '\t\t\t</EAST_displacements>',
      '\t\t\t<SOUTH_displacements />',
      '\t\t\t<WEST_displacements />',
      '\t\t</Stack>',
      '\t\t<Stack N_CHANS="1" N_BYTESxCHAN="2" ROW="0" COL="1" ABS_V="3" ABS_H="77" ABS_D="0" STITCHABLE="yes" ' +
        'DIR_NAME="LOC001" Z_RANGES="[0,3);[5,20)" IMG_REGEX="VW0_LOC001D_CM0_CHN02_PLN.*.tif">',
      '\t\t\t<NORTH_displacements />',
      '\t\t\t<EAST_displacements />',
      '\t\t\t<SOUTH_displacements />',
      '\t\t\t<WEST_displacements>',
      '\t\t\t\t<Displacement TYPE="MIP_NCC">',
      axis('V', -3, 0, 50),
      axis('H', -77, -80, 60),
      axis('D', 0, 0, 5),
      '\t\t\t\t</Displacement>',
      '\t\t\t</WEST_displacements>',
      '\t\t</Stack>',
      '\t</STACKS>',
      '</TeraStitcher>',
    ];
    expect(placementXml(placement, acquisition, pairs)).toBe(lines.map((line) => `${line}\r\n`).join(''));
  });

  it('has a stack for every cell of the grid, empty where nothing was scanned', () => {
    const acquisition = stageAcquisition(2, 2, { unscanned: [1] });
    const xml = placementXml(placementOf(acquisition), acquisition);
    expect(xml.match(/<Stack .*>/g)).toHaveLength(4);
    expect(xml).toContain(
      'ROW="0" COL="1" ABS_V="0" ABS_H="80" ABS_D="0" STITCHABLE="no" DIR_NAME="" Z_RANGES="" IMG_REGEX="">',
    );
    expect(xml).not.toContain('<Displacement');
  });

  it('gives the stage its word, and no reliability, where a pair was not used', () => {
    const acquisition = stageAcquisition(2, 1);
    const below = { a: 0, b: 1, axis: 'y', nominal: [0, 64, 0], status: 'rejected' } as const;
    const pair = pairOf({ ...below, nominal: [0, 64, 0] }, [30, 99, 4]);
    const xml = placementXml(placementOf(acquisition), acquisition, pairsOf([pair]));
    expect(xml).toContain('<V displ="64" default_displ="64" reliability="0" nccPeak="0" nccWidth="30"');
    expect(xml).toContain('<V displ="-64" default_displ="-64" reliability="0"');
    expect(xml).not.toContain('STITCHABLE="yes"');
  });

  it('writes names that XML or regular expressions would misread so that neither does', () => {
    const acquisition = stageAcquisition(1, 1);
    const [tile] = acquisition.tiles;
    const stack = { ...tile!.stacks[0]!, stem: 'VW0/LOC000/CHN00/a<b>"+_PLN', suffix: '.ome.tif' };
    const odd = { ...acquisition, url: 's3://brains/a&b', tiles: [{ ...tile!, stacks: [stack] }] };
    const xml = placementXml(placementOf(odd), odd);
    expect(xml).toContain('<stacks_dir value="s3://brains/a&amp;b/VW0" />');
    expect(xml).toContain('DIR_NAME="LOC000/CHN00" Z_RANGES="[0,20)" IMG_REGEX="a.b..._PLN.*.ome.tif"');
  });

  it('leaves a tile without planes in the aligned channel out of the stacks that have images', () => {
    const acquisition = stageAcquisition(1, 2, { missing: Array.from({ length: 20 }, (_, plane) => plane) });
    expect(placementXml(placementOf(acquisition), acquisition)).not.toContain('DIR_NAME="LOC');
  });
});

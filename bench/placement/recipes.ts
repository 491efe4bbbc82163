/** Acquisitions with known truth, as command lines of `../shared/tools/make_colm.py`: STITCHING section 4, and some of our own. */

export interface Recipe {
  readonly name: string;
  readonly about: string;
  /** Separated by spaces; `SIGNAL` stands for the real volume's file, `SOURCE` for where to write the clean source. */
  readonly words: string;
  /** Voxels that no tile may be off by, where that is less than usual. */
  readonly most?: number;
  /** Locations whose overlaps hold nothing but a soft edge, whatever their contrast: they belong at the stage's place. */
  readonly faint?: readonly number[];
}

export const ARTEFACTS =
  '--vignette 0.35 --background 110 --read-noise 4 --e-per-count 1 --z-falloff 0.3 --tile-gain 0.05';
export const REAL = '--source SIGNAL --presmooth 0';
export const PHANTOM = '--procedural auto --mag 4';
const DEFLATE = '--compression deflate';

/** By their names in STITCHING section 4; N1 to N4 are none of them. */
export const rows: readonly Recipe[] = [
  {
    name: 'A',
    about: 'phantom 3 x 3, 512 x 512 x 64, 12.5 % (64), artefacts',
    words: `${PHANTOM} --grid 3,3 --tile 512,512,64 --overlap 0.125 --jitter 6,6,2 --tilt 0.3 --seed 11 ${ARTEFACTS}`,
  },
  {
    name: 'B',
    about: 'phantom 3 x 3, 256 x 256 x 48, 20 % (52), clean',
    words: `${PHANTOM} --grid 3,3 --tile 256,256,48 --overlap 0.20 --jitter 6,6,2 --seed 12`,
    most: 0.02,
  },
  {
    name: 'C',
    about: 'real 3 x 4, one missing, 160 x 160 x 22, 15 % (24), artefacts, deflate',
    words: `${REAL} --grid 3,4 --tile 160,160 --overlap 0.15 --jitter 4,4,1.5 --seed 13 ${ARTEFACTS} --missing 6 ${DEFLATE}`,
  },
  {
    name: 'E',
    about: 'phantom 3 x 3, 256 x 256 x 40, 10 % (26), dim (12 %), artefacts',
    words: `${PHANTOM} --scale 0.12 --grid 3,3 --tile 256,256,40 --overlap 0.10 --jitter 6,6,2 --seed 15 ${ARTEFACTS}`,
  },
  {
    name: 'F',
    about:
      'phantom 4 x 4, 192 x 192 x 40, 15 % (29), missing, empty and faint tiles, missing planes, deflate',
    words: `${PHANTOM} --procedural-border 0.35 --grid 4,4 --tile 192,192,40 --overlap 0.15 --jitter 6,6,2 --tilt 0.5 --seed 16 ${ARTEFACTS} --missing 5 --empty 10 --missing-planes 9:7,9:8,9:20 ${DEFLATE}`,
    faint: [0, 3, 12, 15],
  },
  {
    name: 'G',
    about: 'real 2 x 2, 240 x 240 x 24, 20 % (48), artefacts, deflate',
    words: `${REAL} --grid 2,2 --tile 240,240 --overlap 0.2 --jitter 4,4,1.2 --seed 17 ${ARTEFACTS} ${DEFLATE}`,
  },
  {
    name: 'G3',
    about: 'real 2 x 2, 240 x 240 x 70, z interpolated, 20 % (48), artefacts',
    words: `${REAL} --zoom-z 3 --grid 2,2 --tile 240,240 --overlap 0.2 --jitter 5,5,3 --seed 32 ${ARTEFACTS}`,
  },
  {
    name: 'H',
    about: 'phantom 3 x 3, 256 x 256 x 40, 20 % (52), dim (12 %), artefacts, deflate',
    words: `${PHANTOM} --scale 0.12 --grid 3,3 --tile 256,256,40 --overlap 0.20 --jitter 6,6,2 --seed 18 ${ARTEFACTS} ${DEFLATE}`,
  },
  {
    name: 'I',
    about: 'phantom 2 x 3, 160 x 160 x 32, 15 % (24), clean, whole-voxel jitter',
    words: `${PHANTOM} --grid 2,3 --tile 160,160,32 --overlap 0.15 --jitter 5,5,2 --integer-jitter --seed 41`,
    most: 0.005,
  },
  {
    name: 'N1',
    about: 'phantom 3 x 3, 288 x 288 x 48, 10 % (29), artefacts, deflate with predictor',
    words: `${PHANTOM} --grid 3,3 --tile 288,288,48 --overlap 0.10 --jitter 6,6,2 --seed 2101 ${ARTEFACTS} ${DEFLATE} --predictor 2`,
  },
  {
    name: 'N2',
    about: 'real 2 x 3, one missing, 176 x 176, 12 % (22), artefacts, missing planes',
    words: `${REAL} --grid 2,3 --tile 176,176 --overlap 0.12 --jitter 5,5,1.5 --seed 2102 ${ARTEFACTS} --missing 4 --missing-planes 1:3,1:4,5:0`,
  },
  {
    name: 'N3',
    about: 'phantom 3 x 4, one empty, 224 x 224 x 40, 18 % (41), artefacts, in strips of 32 rows',
    words: `${PHANTOM} --grid 3,4 --tile 224,224,40 --overlap 0.18 --jitter 6,6,2 --seed 2103 ${ARTEFACTS} --empty 6 --rows-per-strip 32`,
  },
  {
    name: 'N4',
    about: 'real 2 x 2, 208 x 208, 15 % and 20 % (32, 42), artefacts, deflate, nested folders',
    words: `${REAL} --grid 2,2 --tile 208,208 --overlap 0.15,0.20 --jitter 6,6,2 --seed 2104 ${ARTEFACTS} ${DEFLATE} --layout nested --extension tiff`,
  },
];

export const rowNamed = (name: string): Recipe => {
  const found = rows.find((row) => row.name === name);
  if (found === undefined) throw new RangeError(`no row is called ${name}`);
  return found;
};

/** The row with another seed. */
export const reseeded = ({ name, about, words }: Recipe, seed: number): Recipe => ({
  name: `${name}-${seed}`,
  about: `${about}, seed ${seed}`,
  words: words.replace(/--seed \d+/, `--seed ${seed}`),
});

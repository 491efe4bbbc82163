import { describe, expect, it } from 'vitest';
import * as library from '../index.ts';

describe('the library', () => {
  it('exports these names, and others only on purpose', () => {
    expect(Object.keys(library).sort()).toEqual([
      'AcquisitionError',
      'ChunkError',
      'DamagedPlaneError',
      'UnsupportedVolumeError',
      'VolumeError',
      'openPlanes',
      'openStore',
      'openVolume',
      'placementFile',
      'planScales',
      'readStepFile',
      'scanColm',
      'sectionPng',
      'verifyVolume',
      'writeChunk',
      'writeProvenance',
      'writeSectionPng',
      'writeVolumeInfo',
    ]);
  });
});

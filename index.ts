/** CloudReg as a library: acquisitions, volumes and their stores. Views of voxels are ndarrays, x first. */
export type { Acquisition, Stack, Tile } from './shared/acquisition/acquisition.ts';
export { AcquisitionError, DamagedPlaneError } from './shared/acquisition/acquisition-errors.ts';
export { scanColm } from './shared/acquisition/colm/scan-colm.ts';
export { type Placement, placementFile } from './shared/acquisition/placement.ts';
export { openPlanes, type PlaneReader } from './shared/acquisition/plane-reader.ts';
export { openStore } from './shared/adapters/open-store.ts';
export { readFile as readStepFile } from './shared/engine/files.ts';
export type { ObjectStore } from './shared/engine/ports.ts';
export type { Box, Vec3 } from './shared/geometry/box.ts';
export { ChunkError, UnsupportedVolumeError, VolumeError } from './shared/volume/errors.ts';
export { openVolume, type Volume } from './shared/volume/open-volume.ts';
export { type Mip, planScales } from './shared/volume/scales.ts';
export { sectionPng, writeSectionPng } from './shared/volume/section-png.ts';
export { verifyVolume } from './shared/volume/verify-volume.ts';
export { writeChunk, writeProvenance, writeVolumeInfo } from './shared/volume/write-volume.ts';

import type { Experiment } from '../shared/acquisition/colm/experiment-ini.ts';
import { nominalStepOf } from '../shared/acquisition/colm/scan-colm.ts';

/** What a placement given by the user must agree with. */
export const stageOf = (header: Experiment) => ({
  grid: header.grid,
  tileSize: [header.width, header.height, header.planes] as [number, number, number],
  nominalStep: nominalStepOf(header),
});

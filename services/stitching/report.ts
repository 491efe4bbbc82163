/**
 * stitching.report: what a person should look at before trusting the volume.
 * Reads acquisition, problems, placement, pairs, surveys, flat field and background, the preview, and a few planes of the
 * overlaps; one task; writes `report/`: report.md, its pictures, and report.json for programs.
 */
import { acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { problemsFile } from '../../shared/acquisition/problems.ts';
import { qualityReportFile, reportTextKey } from '../../shared/acquisition/quality-report.ts';
import { writeFile } from '../../shared/engine/files.ts';
import { defineStep } from '../step.ts';
import { collectEvidence } from './report/evidence.ts';
import { findAll } from './report/find-all.ts';
import { worthALook } from './report/finding.ts';
import { reportNeeds } from './report/needs.ts';
import { drawPictures } from './report/pictures.ts';
import { tilePlaces } from './report/places.ts';
import { reportRecord } from './report/record.ts';
import { reportText } from './report/report-text.ts';

/** As many places as people look at. */
const SHOWN_FIRST = 3;

export const report = defineStep({
  service: 'stitching',
  name: 'report',
  waitsFor: ['stitching.place', 'tile-correction.flat-field', 'stitching.preview'],
  reads: { acquisition: acquisitionFile, problems: problemsFile, placement: placementFile },
  needs: reportNeeds,
  plan: () => ({ count: 1, task: () => null }),
  run: async (_, { inputs, store, source }) => {
    const { acquisition, placement } = inputs;
    const { problems } = inputs.problems;
    const evidence = await collectEvidence({ ...inputs, problems }, store, source);
    const findings = findAll(evidence);
    const top = worthALook(findings, SHOWN_FIRST);
    const places = tilePlaces(acquisition, placement);
    const pictures = await drawPictures(evidence, top, places, store);
    const record = reportRecord(evidence, findings, top, places, pictures);
    const text = new TextEncoder().encode(reportText(evidence, record, pictures));
    await store.put(reportTextKey, text, { contentType: 'text/markdown; charset=utf-8' });
    await writeFile(store, qualityReportFile, record);
  },
});

// The page's program: Neuroglancer's own viewer, and an eye on what it cannot show.
import 'neuroglancer';
import { setupDefaultViewer } from 'neuroglancer/unstable/ui/default_viewer_setup.js';
import { holdFrames } from './hold-frames.js';
import { problemsOf, watchProblems, whenDrawn } from './watch.js';

const viewer = setupDefaultViewer();
holdFrames(viewer);
// Where tests, screenshots and curious people find it.
globalThis.viewer = viewer;
globalThis.cloudreg = {
  whenDrawn: (limitMs) => whenDrawn(viewer, limitMs),
  problems: () => problemsOf(viewer),
};
watchProblems(viewer);

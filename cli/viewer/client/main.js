// The page's program: Neuroglancer's own viewer, left where tests and screenshots can ask it whether it is ready.
import 'neuroglancer';
import { setupDefaultViewer } from 'neuroglancer/unstable/ui/default_viewer_setup.js';

globalThis.viewer = setupDefaultViewer();

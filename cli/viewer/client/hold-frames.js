// The way to the first picture where a processor draws instead of a graphics card. Frames without data take the time that
// the data need: there is one of them, once every layer knows its data, whose shaders are made while the first chunks are
// on their way. The cross-sections come first, and the panel in three dimensions, whose shaders take longest, after them.

/** From then on frames are drawn whatever they show: a volume far away, or a page without layers. */
const LONGEST_MS = 2000;
/** What is in sight is told to the worker before. */
const BEFORE_EMPTY_FRAME_MS = 20;
/** The coarsest are asked for first, and come sooner without the others. */
const FIRST_DOWNLOADS = 2;

/** Until the first chunk is there. */
export function holdFrames({ display, chunkManager: { chunkQueueManager }, layerManager }) {
  const draw = display.draw.bind(display);
  const downloads = chunkQueueManager.capacities.download.itemLimit;
  let usualDownloads;
  display.draw = () => {
    if (usualDownloads === undefined && everyLayerIsKnown(layerManager)) {
      usualDownloads = downloads.value;
      downloads.value = FIRST_DOWNLOADS;
      setTimeout(() => drawCrossSections(display.panels, draw), BEFORE_EMPTY_FRAME_MS);
    }
    display.ensureBoundsUpdated();
    for (const panel of display.panels) panel.ensureBoundsUpdated();
  };
  const release = () => {
    clearTimeout(timer);
    forget();
    downloads.value = usualDownloads ?? downloads.value;
    display.draw = () => {
      drawCrossSections(display.panels, draw);
      display.draw = () => {
        delete display.draw;
        draw();
      };
      display.scheduleRedraw();
    };
    display.scheduleRedraw();
  };
  const timer = setTimeout(release, LONGEST_MS);
  const forget = chunkQueueManager.visibleChunksChanged.add(release);
}

export const areFramesHeld = ({ display }) => Object.hasOwn(display, 'draw');

/** All panels where there are none of cross-sections. */
function drawCrossSections(panels, draw) {
  const others = [...panels].filter(({ sliceView }) => sliceView === undefined);
  if (others.length < panels.size) for (const panel of others) panel.draw = () => {};
  draw();
  for (const panel of others) delete panel.draw;
}

/** Found or refused. */
function everyLayerIsKnown({ managedLayers }) {
  const sources = managedLayers.flatMap(({ layer }) => layer?.dataSources ?? []);
  return sources.length > 0 && sources.every(({ loadState }) => loadState !== undefined);
}

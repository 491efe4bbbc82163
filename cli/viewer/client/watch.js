// Neuroglancer says little about a volume that is missing or broken, and nothing about chunks that it cannot decode
// (docs/specs/VIEWER.md §2): here it is said on the page, and to the program that serves it.

import { areFramesHeld } from './hold-frames.js';

const LOOK_EVERY_MS = 500;
/** A chunk on its way comes within that time from this machine. */
const STALLED_MS = 10_000;

/** Resolves once nothing is left to draw for three looks in a row, or the time is over. */
export async function whenDrawn(viewer, limitMs) {
  const end = Date.now() + limitMs;
  let looks = 0;
  while (Date.now() < end && looks < 3) {
    await sleep(80);
    const ready = viewer.layerManager.managedLayers.length > 0 && viewer.isReady() && !areFramesHeld(viewer);
    looks = ready ? looks + 1 : 0;
    if (!ready && problemsOf(viewer).length > 0) break;
  }
  return { drawn: looks >= 3, problems: problemsOf(viewer) };
}

/** One line for each thing that the viewer could not read. */
export function problemsOf(viewer) {
  return viewer.layerManager.managedLayers.flatMap(({ name, layer }) => {
    if (!layer) return [];
    const sources = (layer.dataSources ?? []).map(({ loadState }) => loadState?.error?.message);
    const shader = layer.shaderError?.value?.message;
    return [...sources, shader].filter(Boolean).map((text) => `${name}: ${text}`);
  });
}

export function watchProblems(viewer) {
  const told = new Set();
  const stall = stallWatch();
  setInterval(() => {
    for (const problem of [...problemsOf(viewer), ...stall(viewer)]) {
      if (told.has(problem)) continue;
      told.add(problem);
      show(problem);
      fetch('./report', { method: 'POST', body: problem }).catch(() => {});
    }
  }, LOOK_EVERY_MS);
}

/** Chunks that are wanted and do not come. */
function stallWatch() {
  const since = new Map();
  return (viewer) =>
    viewer.layerManager.managedLayers.flatMap(({ name, layer }) => {
      const { needed, available } = chunksOf(layer);
      const before = since.get(name);
      if (before?.available !== available || before?.needed !== needed || available >= needed) {
        since.set(name, { needed, available, at: Date.now() });
        return [];
      }
      if (Date.now() - before.at < STALLED_MS) return [];
      return [
        `${name}: ${needed - available} chunks in sight cannot be read or decoded: check them with cloudreg verify`,
      ];
    });
}

function chunksOf(layer) {
  let needed = 0;
  let available = 0;
  for (const { layerChunkProgressInfo: progress } of layer?.renderLayers ?? []) {
    needed += progress?.numVisibleChunksNeeded ?? 0;
    available += progress?.numVisibleChunksAvailable ?? 0;
  }
  return { needed, available };
}

function show(problem) {
  const line = document.createElement('div');
  line.className = 'cloudreg-problem';
  line.textContent = problem;
  document.querySelector('#cloudreg-problems').append(line);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The surroundings of a link: contradictions are settled there, not in the whole grid. */
import type { Link } from './links.ts';
import type { Ties } from './solve.ts';

/** A contradiction concerns the tiles this many links around it. */
const patchRadius = 4;

export interface Patch {
  readonly tiles: readonly number[];
  /** Indices of the links among the tiles. */
  readonly links: readonly number[];
}

/** Finds the patch around a link, by its index. */
export function patchFinder(links: readonly Link[], tileCount: number): (centre: number) => Patch {
  const linksOf: number[][] = Array.from({ length: tileCount }, () => []);
  links.forEach(({ a, b }, i) => {
    linksOf[a]!.push(i);
    linksOf[b]!.push(i);
  });
  return (centre) => {
    const tiles = tilesAround(links[centre]!, links, linksOf);
    const inside = new Set(tiles);
    const touching = [...new Set(tiles.flatMap((tile) => linksOf[tile]!))].sort((i, j) => i - j);
    return { tiles, links: touching.filter((i) => inside.has(links[i]!.a) && inside.has(links[i]!.b)) };
  };
}

function tilesAround(centre: Link, links: readonly Link[], linksOf: readonly number[][]): number[] {
  const found = new Set([centre.a, centre.b]);
  let edge = [...found];
  for (let radius = 0; radius < patchRadius; radius++) {
    const next = edge.flatMap((tile) => linksOf[tile]!.flatMap((i) => [links[i]!.a, links[i]!.b]));
    edge = [...new Set(next)].filter((tile) => !found.has(tile));
    for (const tile of edge) found.add(tile);
  }
  return [...found].sort((s, t) => s - t);
}

export interface LocalProblem {
  readonly links: readonly Link[];
  readonly ties: Ties;
}

/** Some tiles and the links among them, the tiles numbered from 0. */
export function localProblem(tiles: readonly number[], links: readonly Link[], ties: Ties): LocalProblem {
  const numbers = new Map(tiles.map((tile, number) => [tile, number]));
  const renumbered = <Pair extends { readonly a: number; readonly b: number }>(pair: Pair): Pair => ({
    ...pair,
    a: numbers.get(pair.a)!,
    b: numbers.get(pair.b)!,
  });
  return {
    links: links.map(renumbered),
    ties: {
      pairs: ties.pairs.filter(({ a, b }) => numbers.has(a) && numbers.has(b)).map(renumbered),
      positions: tiles.map((tile) => ties.positions[tile]!),
      weight: ties.weight,
    },
  };
}

/** Which process works on an output, as its note says; looking takes no lock, so it never stands in a run's way. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { OutputFolder } from './output-folder.ts';

const ownerNote = z.object({ pid: z.number(), host: z.string(), started: z.number(), command: z.string() });

export type OwnerNote = z.infer<typeof ownerNote>;

/** Undefined where nobody does. A process that was killed leaves its note behind; one on another host is believed. */
export async function ownerOf({ stateFolder }: OutputFolder): Promise<OwnerNote | undefined> {
  const text = await readFile(join(stateFolder, 'owner.json'), 'utf8').catch(() => undefined);
  const note = text === undefined ? undefined : parseNote(text);
  return note && (note.host !== hostname() || isAlive(note.pid)) ? note : undefined;
}

function parseNote(text: string): OwnerNote | undefined {
  try {
    return ownerNote.parse(JSON.parse(text));
  } catch {
    // Half-written: its process has only just begun, or died while it did.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

#!/usr/bin/env node
import { cloudreg } from './program.ts';
import { reportError } from './report-error.ts';
import { processTerminal } from './terminal.ts';

const words = process.argv.slice(2);
const terminal = processTerminal();

// An error outside of any promise is a fault of the program; it ends in words like every other.
process.on('uncaughtException', (error) => {
  const style = { json: words.includes('--json'), verbose: words.includes('--verbose') };
  process.exit(reportError(error, terminal, style));
});

process.exitCode = await cloudreg(words, terminal);

#!/usr/bin/env node
// Before all else is loaded: what the lines of the bundle are in the sources, for whoever reports an error.
process.setSourceMapsEnabled(true);
const { cloudreg } = await import('./program.ts');
const { reportError } = await import('./report-error.ts');
const { processTerminal } = await import('./terminal.ts');

const words = process.argv.slice(2);
const terminal = processTerminal();

// An error outside of any promise is a fault of the program; it ends in words like every other.
process.on('uncaughtException', (error) => {
  const style = { json: words.includes('--json'), verbose: words.includes('--verbose') };
  process.exit(reportError(error, terminal, style));
});

process.exitCode = await cloudreg(words, terminal);

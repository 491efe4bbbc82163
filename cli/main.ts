#!/usr/bin/env node
import { cloudreg } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await cloudreg(process.argv.slice(2), processTerminal());

// A tar file (POSIX ustar) that holds names, bytes and nothing of when, where or by whom it was made.

const BLOCK = 512;

/**
 * `files`: `{ name, bytes, isProgram }`, in any order; the order in the tar is that of the names. Yields its bytes.
 * Throws on a name that the format cannot hold.
 */
export function* tarOf(files) {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, bytes, isProgram } of sorted) {
    yield header(name, bytes.length, isProgram);
    yield bytes;
    yield Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(name, size, isProgram) {
  const { prefix, rest } = splitName(name);
  const block = Buffer.alloc(BLOCK);
  block.write(rest, 0, 100);
  block.write(octal(isProgram ? 0o755 : 0o644, 7), 100);
  // User, group, time: none.
  for (const [at, digits] of [
    [108, 7],
    [116, 7],
    [136, 11],
  ])
    block.write(octal(0, digits), at);
  block.write(octal(size, 11), 124);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  block.write(prefix, 345, 155);
  // The sum is counted as if its own field were spaces.
  block.write(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

const octal = (value, digits) => value.toString(8).padStart(digits, '0');

/** At most 100 bytes, after at most 155 bytes of folders. */
function splitName(name) {
  if (Buffer.byteLength(name) <= 100) return { prefix: '', rest: name };
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(rest) <= 100) return { prefix, rest };
  }
  throw new Error(`${name} is longer than a name in a tar may be`);
}

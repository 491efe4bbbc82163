// Lists of u32 in the scratch buffer.

export function word(list: usize, index: u32): u32 {
  return load<u32>(list + (<usize>index << 2));
}

export function setWord(list: usize, index: u32, value: u32): void {
  store<u32>(list + (<usize>index << 2), value);
}

export function addToWord(list: usize, index: u32, value: u32): void {
  setWord(list, index, word(list, index) + value);
}

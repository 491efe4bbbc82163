/** Makes a thing when it is first asked for, once: clients and connections that all stores of a thread share. */
export function lazily<Thing>(make: () => Thing): () => Thing {
  let made: { readonly thing: Thing } | undefined;
  return () => (made ??= { thing: make() }).thing;
}

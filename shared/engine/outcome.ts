/** What the host does with a message, last of all. */
export type Outcome =
  | { readonly kind: 'delete' }
  | { readonly kind: 'release'; readonly delaySeconds: number; readonly why: string };

export const DELETE: Outcome = { kind: 'delete' };

export const release = (delaySeconds: number, why: string): Outcome => ({
  kind: 'release',
  delaySeconds,
  why,
});

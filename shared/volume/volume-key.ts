/** `folder` is the volume's, possibly empty: the root of the store. */
export const keyIn = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

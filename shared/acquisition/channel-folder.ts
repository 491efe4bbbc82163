/** Folder of a channel, of its volume below the output and of its files in a step's folder: `CHN00`. */
export const channelFolder = (channel: number): string => `CHN${String(channel).padStart(2, '0')}`;

/** Consumers are other machines: what they read and write must be where they reach it. */
import { RefusedError } from '../errors.ts';

/** `instead`: the command that works on this machine. */
interface Places {
  readonly input: { readonly name: string; readonly place: string };
  readonly output: string;
  readonly instead: string;
}

export function refuseLocalPlaces({ input, output, instead }: Places): void {
  const places = [
    { ...input, schemes: /^(s3|https):\/\// },
    { name: 'The output', place: output, schemes: /^s3:\/\// },
  ];
  for (const { name, place, schemes } of places)
    if (!schemes.test(place))
      throw new RefusedError(
        `${name} ${place} is not where the deployment's machines can reach it: give an s3:// URL, or use ${instead}.`,
      );
}

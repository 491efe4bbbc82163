/** Every resource that can carry a tag says which deployment it belongs to: for the bill, and for whoever finds it. */
import type { Cloud } from './cloud.ts';
import { DEPLOYMENT_TAG } from './names.ts';

/** From here on. Auto Scaling groups have tags of another form, and set them themselves. */
export function tagEverything({ pulumi, place }: Cloud): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    if (!canCarryTags(type, props)) return undefined;
    return { props: { ...props, tags: { ...props.tags, [DEPLOYMENT_TAG]: place.deployment.name } }, opts };
  });
}

/** A resource of AWS names all its properties when it is made, those without a value too. */
const canCarryTags = (type: string, props: Readonly<Record<string, unknown>>): boolean =>
  type.startsWith('aws:') && 'tags' in props && !Array.isArray(props.tags);

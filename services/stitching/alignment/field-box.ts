/** The part of a field that two tiles are compared in. */
import type { Triple } from '../axes.ts';
import type { Field } from './stabilise.ts';

export interface FieldBox {
  readonly field: Field;
  readonly start: Triple;
  readonly size: Triple;
}

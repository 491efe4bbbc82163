/** What can be wrong with a registration's volumes, points and files. All are permanent: the same input fails again. */
import { PermanentError } from '../engine/errors.ts';

export class RegistrationInputError extends PermanentError {
  override readonly name = 'RegistrationInputError';
}

/** The map cannot be kept from folding: a permanent error, for the next try would fold as well. */
export class FoldingError extends PermanentError {
  override readonly name = 'FoldingError';
  constructor(level: number, round: number, leastDeterminant: number) {
    super(
      `After round ${round + 1} of level ${level + 1} the map shrinks a volume to ${leastDeterminant.toFixed(3)} of itself ` +
        '(at least 0.05 is expected), with shorter steps and more time steps too. ' +
        'Use a stronger regularisation (a smaller sigmaR), or a longer smoothness.',
    );
  }
}

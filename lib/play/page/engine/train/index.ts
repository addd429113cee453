/** Training in the page. */
export { makeTrainer } from './trainer';
export { optimizerNames } from './types';

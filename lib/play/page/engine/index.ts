/** The engine, for the page's state. */
export { explainUnit } from './arithmetic/explain-unit';
export { startEngine } from './engine';
export { backendNames, type BackendChoice } from './backend/choose';
export { bytesFrom } from './bytes';
export type * from './types';

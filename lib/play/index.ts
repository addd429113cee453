/** The playground in notebooks. What `npm run play` writes and serves is imported file by file. */
export { play, type PlayOptions } from './notebook/play';

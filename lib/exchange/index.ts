/** Networks for other programs, and from them. */
export { fromKeras } from './from-keras';
export { saveAs, type SaveAsOptions, type SavedAs, type SavedFormat } from './save-as';

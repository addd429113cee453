export { tensorBoard, type TensorBoardOptions } from './tensor-board';

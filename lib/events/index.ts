export { tensorBoard, type TensorBoardOptions } from './tensorboard';

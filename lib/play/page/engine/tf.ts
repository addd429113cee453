/** tfjs in the page: its operations and its layers. Backends come with engine/backend, gradients with
 * engine/operations. */
import * as core from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

export const tf = core;
export const layersOfTf = tfLayers;

export type Tensor = core.Tensor;
export type Tensor2D = core.Tensor2D;
export type Tensor4D = core.Tensor4D;
export type Scalar = core.Scalar;
export type Variable = core.Variable;
export type Model = tfLayers.LayersModel;
export type Layer = tfLayers.layers.Layer;
export type SymbolicTensor = tfLayers.SymbolicTensor;

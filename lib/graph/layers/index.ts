/** Every layer that can be lowered: importing this file registers them all. */
import './activation';
import './convolution';
import './dense';
import './dot';
import './dropout';
import './layer-normalisation';
import './merge';
import './noise';
import './normalisation';
import './pooling';
import './rectifiers';
import './sequences';
import './shape';
import './transposed-convolution';

export { loweringOf, lowers, type Lowering, type LowerLayer } from './lowering';

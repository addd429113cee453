/** Every layer that can be lowered: importing this file registers them all. */
import './activation';
import './convolution';
import './dense';
import './dropout';
import './merge';
import './normalisation';
import './pooling';
import './shape';

export { loweringOf, lowers, type Lowering, type LowerLayer } from './lowering';

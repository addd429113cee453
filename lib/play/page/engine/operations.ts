/** What tfjs's core leaves to choose: operations as methods, as in `x.mul(y)`, which its layers use; and gradients. */
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

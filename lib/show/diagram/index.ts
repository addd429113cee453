import { titleOf } from '../../models/registry';
import { structure } from '../../models/structure';
import type { tf } from '../../runtime/tensorflow';
import { escapeHtml } from '../html';
import { emit, type Output } from '../output';
import { shapeText } from './labels';
import { layOut } from './layout';
import { diagramSvg } from './svg';
import { diagramText } from './text';

/**
 * Draws a network from its layers. Each box is a layer with its normalisation, activation and dropout; arrows show how
 * boxes are connected, and output shapes are beside them. Repeated parts are drawn once, with a count.
 * @throws UserError for a network that is not a sequence of layers and branches
 */
export function networkDiagram(model: tf.LayersModel): void {
  emit(diagramOutput(model));
}

export function diagramOutput(model: tf.LayersModel): Output {
  const sequence = structure(model);
  const image = `image ${shapeText(model.inputs[0].shape)}`;
  const picture = Buffer.from(diagramSvg(layOut(sequence, image))).toString('base64');
  const alt = escapeHtml(`Diagram of ${titleOf(model)}`);
  return {
    'text/html': `<img src="data:image/svg+xml;base64,${picture}" alt="${alt}" style="max-width:100%">`,
    'text/plain': diagramText(
      `${titleOf(model)}: ${image} to ${shapeText(model.outputs[0].shape)} classes`,
      sequence,
    ),
  };
}

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
 * Draws a network from its layers: boxes for layers together with what finishes their work (normalisation,
 * activation, dropout), arrows for what passes between them, and the shapes on the way. What is repeated is drawn
 * once, with a count.
 * @throws UserError for a network that is no sequence of layers and forks
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

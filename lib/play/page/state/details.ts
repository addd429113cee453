/** What the address names beside tab and networks: the picture, the layer and the number that are open, what is explained. */
import { batch, computed } from '@preact/signals';
import { chosenPicture, showPicture } from './pictures';
import type { Details } from './route';
import { selectedLayer, selectedUnit } from './selection';
import { chosenClass, chosenPlace } from './why/question';

/** Counted from 1; what is at its beginning is left out. */
export const details = computed<Details>(() => {
  const [layer, unit] = [selectedLayer.value, selectedUnit.value];
  const [picture, explained] = [chosenPicture.value, chosenClass.value];
  return {
    ...(picture > 0 && { picture: String(picture + 1) }),
    ...(layer && { layer: layer.layer, ...(layer.place > 0 && { of: String(layer.place + 1) }) }),
    ...(unit && { unit: [unit.channel, unit.y, unit.x].map((at) => at + 1).join('.') }),
    ...(chosenPlace.value > 0 && { explain: String(chosenPlace.value + 1) }),
    ...(explained !== null && { class: String(explained + 1) }),
  };
});

/** Goes where an address leads; what it doesn't name stays as it is. */
export function restore({ picture, layer, of, unit, explain, class: explained }: Details): void {
  batch(() => {
    const index = indexIn(picture);
    if (index !== null) showPicture(index);
    if (layer !== undefined) {
      selectedLayer.value = { place: indexIn(of) === 1 ? 1 : 0, layer };
      const [channel, y, x] = (unit ?? '').split('.').map(indexIn);
      const isUnit = [channel, y, x].every((at) => typeof at === 'number');
      selectedUnit.value = isUnit ? { channel: channel!, y: y!, x: x! } : null;
    }
    if (explain !== undefined) chosenPlace.value = indexIn(explain) === 1 ? 1 : 0;
    if (explained !== undefined) chosenClass.value = indexIn(explained);
  });
}

/** @param text a whole number from 1 on */
function indexIn(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) - 1 : null;
}

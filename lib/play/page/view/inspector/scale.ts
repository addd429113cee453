/** The values that maps are drawn at full strength for. */
import { settings } from '../../state/settings';
import { largestIn, type Output } from '../parts/maps';

/** As in the overview of all maps. */
export function scaleOf(output: Output, channel: number): number {
  return settings.sharesScale.value ? largestIn(output) : largestIn(output, channel);
}

/**
 * Colours that hold in light and dark notebooks alike, and for readers who see colours differently.
 */

/** How one network looks in every figure. */
export interface Appearance {
  readonly colour: string;
  /** A second sign beside the colour, in Plotly's names. */
  readonly symbol: 'circle' | 'square' | 'diamond' | 'cross' | 'x' | 'triangle-up';
}

/**
 * Contrast at least 3 : 1 to white and to JupyterLab's dark background (#111), the least that WCAG 2.1 asks of
 * graphics, and at least 0.11 apart from each other in OKLab, also as seen without red, green or blue cones
 * (Machado et al. 2009). Found by search from Okabe & Ito's blue; the test measures both again.
 */
export const appearances: Readonly<Record<string, Appearance>> = {
  Baseline: { colour: '#0072B2', symbol: 'circle' },
  'LeNet-5': { colour: '#06A77C', symbol: 'square' },
  AlexNet8: { colour: '#ED6100', symbol: 'diamond' },
  VGG16: { colour: '#9E4F43', symbol: 'cross' },
  ResNet18: { colour: '#8B06FF', symbol: 'triangle-up' },
  Inception10: { colour: '#AF75FF', symbol: 'x' },
};

/** For networks that the project does not know. */
const other: Appearance = { colour: '#787878', symbol: 'circle' };

export function appearanceOf(network: string): Appearance {
  return Object.hasOwn(appearances, network) ? appearances[network] : other;
}

/** Text and axes: equally far from white and from #111, 4.4 : 1. */
export const ink = '#787878';

/** Grid lines, faint on both. */
export const grid = 'rgba(128,128,128,0.25)';

/** From nothing to all of a class, light to dark; opaque, so that it is the same on any background. */
export const shareScale = { none: '#EAF2F8', all: '#08416E' } as const;

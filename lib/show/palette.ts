/**
 * Colours that hold in light and dark notebooks alike, and for readers who see colours differently.
 */

/** How one network looks in every figure. */
export interface Appearance {
  readonly colour: string;
  /** A second sign beside the colour, in Plotly's names. */
  readonly symbol: PlotlySymbol;
}

type PlotlySymbol =
  | 'circle'
  | 'square'
  | 'diamond'
  | 'cross'
  | 'x'
  | 'triangle-up'
  | 'star'
  | 'hexagon'
  | 'pentagon'
  | 'triangle-down'
  | 'bowtie';

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

/**
 * For what is no network of the project: variants of one, your own. Held to the same contrast, and at least 0.05
 * apart in OKLab from each other and from the networks; they come in the order of a figure, so a name says which.
 */
export const variants: readonly Appearance[] = [
  { colour: '#D71EAF', symbol: 'star' },
  { colour: '#0F7300', symbol: 'hexagon' },
  { colour: '#8C9B50', symbol: 'pentagon' },
  { colour: '#7D5582', symbol: 'triangle-down' },
  { colour: '#E169AF', symbol: 'bowtie' },
  { colour: '#787878', symbol: 'circle' },
];

/**
 * How things of these names look beside each other: networks as everywhere, `VGG16, width 0.5` as VGG16 where all others
 * of that network are variants of it (`VGG16, width 0.5, augmented`), others in the order they come.
 */
export function appearancesOf(names: readonly string[]): Map<string, Appearance> {
  const looks = new Map<string, Appearance>();
  let next = 0;
  for (const name of new Set(names)) {
    const network = networkIn(name);
    const ofNetwork = names.filter((other) => other !== name && networkIn(other) === network);
    const isBase = ofNetwork.every((other) => other.startsWith(`${name}, `));
    const own = network !== undefined && isBase ? appearances[network] : undefined;
    looks.set(name, own ?? variant(next++));
  }
  return looks;
}

/** The colours come round again after six, each time with another sign. */
function variant(index: number): Appearance {
  const { colour } = variants[index % variants.length];
  const round = Math.floor(index / variants.length);
  return { colour, symbol: variants[(index + round) % variants.length].symbol };
}

function networkIn(name: string): string | undefined {
  const [first] = name.split(', ');
  return Object.hasOwn(appearances, first) ? first : undefined;
}

/** Text and axes: equally far from white and from #111, 4.4 : 1. */
export const ink = '#787878';

/** Grid lines, faint on both. */
export const grid = 'rgba(128,128,128,0.25)';

/** From nothing to all of a class, light to dark; opaque, so that it is the same on any background. */
export const shareScale = { none: '#EAF2F8', all: '#08416E' } as const;

/** From nothing to the most, over a picture: dark violet, red, yellow. */
export const heatScale = ['#0B0724', '#57106E', '#BC3754', '#F98C0A', '#FCFFA4'] as const;

/** Below zero, zero, above zero. */
export const signScale = ['#0072B2', '#F4F4F4', '#D55E00'] as const;

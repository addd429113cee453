/**
 * Colours that work in light and dark notebooks, and for readers with colour vision deficiencies.
 */

/** How one network looks in every figure. */
export interface Appearance {
  readonly colour: string;
  /** Distinguishes the network in addition to the colour; one of Plotly's marker symbols. */
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
 * Their contrast to white and to JupyterLab's dark background (#111) is at least 3 : 1, the minimum of WCAG 2.1 for
 * graphics. They are at least 0.11 apart from each other in OKLab, also as seen without red, green or blue cones
 * (Machado et al. 2009). Found by a search starting from Okabe & Ito's blue; a test measures contrast and distances.
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
 * For other networks: variants, and your own. They have the same contrast, and are at least 0.05 apart in OKLab from
 * each other and from the project's networks. They are assigned in the order of a figure, whose legend names them, so no
 * two greens stand side by side.
 */
export const variants: readonly Appearance[] = [
  { colour: '#D71EAF', symbol: 'star' },
  { colour: '#0F7300', symbol: 'hexagon' },
  { colour: '#7D5582', symbol: 'triangle-down' },
  { colour: '#8C9B50', symbol: 'pentagon' },
  { colour: '#787878', symbol: 'circle' },
  { colour: '#E169AF', symbol: 'bowtie' },
  { colour: '#D70005', symbol: 'square' },
  { colour: '#7D91D2', symbol: 'diamond' },
  { colour: '#A55ADC', symbol: 'triangle-up' },
];

/**
 * How the networks of these names look in one figure. The project's networks look the same everywhere. `VGG16, width
 * 0.5` looks like VGG16 if all others of that network are variants of it (`VGG16, width 0.5, augmented`). The rest get
 * the other colours in their order.
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

/** After as many networks as there are variants the colours repeat, each time with another symbol. */
function variant(index: number): Appearance {
  const { colour } = variants[index % variants.length];
  const round = Math.floor(index / variants.length);
  return { colour, symbol: variants[(index + round) % variants.length].symbol };
}

function networkIn(name: string): string | undefined {
  const [first] = name.split(', ');
  return Object.hasOwn(appearances, first) ? first : undefined;
}

/** Text and axes: the contrast to white and to #111 is the same, 4.4 : 1. */
export const ink = '#787878';

/** Grid lines, faint on both backgrounds. */
export const grid = 'rgba(128,128,128,0.25)';

/** From none to all of a class, light to dark; opaque, so that it looks the same on any background. */
export const shareScale = { none: '#EAF2F8', all: '#08416E' } as const;

/** From the least to the most, over a picture: dark violet, red, yellow. */
export const heatScale = ['#0B0724', '#57106E', '#BC3754', '#F98C0A', '#FCFFA4'] as const;

/** Negative, zero, positive. */
export const signScale = ['#0072B2', '#F4F4F4', '#D55E00'] as const;

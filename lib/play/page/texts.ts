/** Every text of the page, in one place, for translation: words, sentences, and how numbers are written. */
import type { NetworkFacts } from '../pack';
import type { Step } from './engine/types';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

const digits = (count: number): Intl.NumberFormat =>
  new Intl.NumberFormat('en', { minimumFractionDigits: count, maximumFractionDigits: count });
const [whole, one, two] = [digits(0), digits(1), digits(2)];

/** Short enough for a small cell: 0.82, −12.5, 1,204. */
export function number(value: number): string {
  const size = Math.abs(value);
  const format = size >= 99.95 ? whole : size >= 9.995 ? one : two;
  const text = format.format(size);
  return value < 0 && Number(text.replace(/,/g, '')) !== 0 ? `−${text}` : text;
}

/** As a further term of a sum: + 0.82, − 12.5. */
export function added(value: number): string {
  const text = number(value);
  return text.startsWith('−') ? `− ${text.slice(1)}` : `+ ${text}`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const exactPercent = (share: number): string => `${one.format(share * 100)} %`;
const count = (amount: number, unit: string): string =>
  `${whole.format(amount)} ${unit}${amount === 1 ? '' : 's'}`;

/** What an image's caption adds to its name. */
const labelled = (label: string | null): string => (label === null ? '' : `, labelled ${label}`);

export const texts = {
  title: 'Playground',
  tabs: { look: 'Look', why: 'Why', train: 'Train here' },
  tabsLabel: 'What to do',
  runsOn: (backend: string): string =>
    `Everything runs in this page, on ${{ webgpu: 'the graphics card (WebGPU)', webgl: 'the graphics card (WebGL)', wasm: 'WebAssembly', cpu: 'plain JavaScript' }[backend] ?? backend}. Nothing is sent anywhere.`,

  networks: {
    label: 'Network',
    second: 'Compared with',
    compare: 'Compare with another',
    single: 'Stop comparing',
    none: 'This page holds no network.',
    loading: (title: string): string => `Loading ${title} …`,
    option: (title: string, facts: NetworkFacts | null): string =>
      facts?.accuracy ? `${title} (${exactPercent(facts.accuracy)})` : title,
    facts: (parameters: number, facts: NetworkFacts | null): string => {
      const size = `${whole.format(parameters)} parameters`;
      if (facts === null) return `${size}.`;
      const accuracy =
        facts.accuracy === null ? '' : ` Right on ${exactPercent(facts.accuracy)} of the test images.`;
      return `${size}, trained on ${facts.dataset} for ${count(facts.epochs, 'epoch')}.${accuracy}`;
    },
  },

  image: {
    title: 'The picture',
    handling: 'Choose and change the picture',
    role: 'picture to edit',
    caption: (name: string, label: string | null, [height, width]: readonly number[]): string =>
      `What the network sees, ${width} × ${height} pixels: ${name || 'an empty sheet'}${labelled(label)}`,
    stage: (name: string, label: string | null): string => `${name || 'An empty sheet'}${labelled(label)}.`,
    keys: {
      move: 'Arrow keys move it.',
      cover: 'Arrow keys move a square, Enter covers what is under it, Delete uncovers.',
      draw: 'Arrow keys move the brush, Enter dabs, Control and arrow keys draw, Delete undoes.',
    },
    drop: 'Drop the picture here',
  },

  crop: {
    role: 'crop frame',
    label:
      'Part of the picture that the network is given. Arrow keys move the frame, plus and minus resize it.',
    caption: ([height, width]: readonly number[]): string =>
      `The original. Drag the frame or its corner: what is inside is scaled to ${width} × ${height} pixels.`,
  },

  edits: {
    tools: 'Dragging on the picture',
    tool: { move: 'Move', cover: 'Cover', draw: 'Paint' },
    hint: {
      move: 'Drag the picture to move it.',
      cover: 'Drag a square over the picture to hide what is under it.',
      draw: 'Paint on the picture.',
    },
    turn: 'Turn',
    brightness: 'Brightness',
    contrast: 'Contrast',
    blur: 'Blur',
    mirror: 'Mirror',
    reset: 'Reset',
    undo: { cover: 'Uncover', draw: 'Undo' },
    colour: 'Colour',
    brushSize: 'Brush',
    degrees: (value: number): string => `${value}°`.replace('-', '−'),
    share: (value: number): string =>
      `${value > 0 ? '' : value < 0 ? '−' : ''}${Math.round(Math.abs(value) * 100)} %`,
    times: (value: number): string => `× ${two.format(value)}`,
    pixels: (value: number): string => `${one.format(value)} px`,
  },

  sources: {
    label: 'Choose a picture',
    open: 'Open',
    useCamera: 'Camera',
    draw: 'Draw',
    drawing: 'your drawing',
    camera: 'the camera',
    hold: 'Hold',
    film: 'Go on',
    stop: 'Stop',
    hint: 'You can also drop a picture anywhere, or paste one.',
    ofClass: (title: string): string => `${title}: which classes to show`,
    allClasses: 'All classes',
    test: (position: number): string => `test image ${position}`,
    picture: (position: number, label: string): string => `Test image ${position}, ${label}`,
  },

  answer: {
    bars: 'Probability of each class',
    truth: 'the label of this picture',
    percent,
    exactPercent,
    spoken: (name: string, share: number): string => `${name}, ${percent(share)}`,
    why: (name: string): string => `Why ${name}?`,
    how: 'How is it computed?',
  },

  network: {
    title: 'Layer by layer',
    hint: 'Click on a layer for all of its maps, then on a map to see how each of its numbers comes about.',
    label: (title: string): string => `${title}, layer by layer; arrow keys lead from layer to layer`,
    groups: 'One box for a convolution with its normalisation and activation',
    legend: ['below zero', 'zero', 'above zero'],
    box: (shape: string, name: string): string => `, ${shape}, ${name}`,
  },

  layers: {
    short: {
      InputLayer: 'Image',
      Conv2D: 'Conv',
      DepthwiseConv2D: 'Depthwise',
      SeparableConv2D: 'Separable',
      Dense: 'Dense',
      MaxPooling2D: 'Max',
      AveragePooling2D: 'Mean',
      GlobalAveragePooling2D: 'Global mean',
      GlobalMaxPooling2D: 'Global max',
      BatchNormalization: 'Norm',
      LayerNormalization: 'Norm',
      Flatten: 'Flatten',
      Reshape: 'Reshape',
      Concatenate: 'Join',
      Add: 'Sum',
      Dropout: 'Dropout',
      Rescaling: 'Scale',
      ReLU: 'ReLU',
      Softmax: 'Softmax',
    },
    activations: {
      relu: 'ReLU',
      relu6: 'ReLU6',
      leakyRelu: 'Leaky ReLU',
      elu: 'ELU',
      selu: 'SELU',
      gelu: 'GELU',
      sigmoid: 'Sigmoid',
      hardSigmoid: 'Hard sigmoid',
      tanh: 'Tanh',
      softplus: 'Softplus',
      softsign: 'Softsign',
      swish: 'Swish',
      softmax: 'Softmax',
      linear: 'Linear',
    },
    sentences: {
      InputLayer:
        'The picture as numbers: each colour less its mean over the training images, over its deviation.',
      Conv2D:
        'A window slides over the maps before. At each place its numbers are multiplied by a kernel and summed; each map has a kernel of its own, the same at every place.',
      DepthwiseConv2D: 'A window slides over each map by itself, with a kernel of its own.',
      Dense: 'Each unit is a weighted sum of all inputs.',
      MaxPooling2D: 'Of each window, the largest value: what was found stays, where exactly is lost.',
      AveragePooling2D: 'Of each window, the mean.',
      GlobalAveragePooling2D: 'Of each map, the mean: how much of its feature there is in the whole picture.',
      GlobalMaxPooling2D: 'Of each map, the largest value.',
      BatchNormalization:
        'Each map less its mean in training, over its deviation, then scaled and shifted by two learned numbers.',
      Activation:
        'The same curve for every number. Without it, all layers together would be one weighted sum.',
      Flatten: 'All maps in one list, for the dense layers.',
      Concatenate: 'The maps of all branches, one after the other.',
      Add: 'What the block computed is added to its input, place by place.',
      Dropout: 'In training, some values are set to zero at random. Here all of them pass.',
    },
    units: (amount: number): string => count(amount, 'unit'),
    maps: (amount: number, height: number, width: number): string =>
      `${count(amount, 'map')} of ${width} × ${height}`,
    shortMaps: (amount: number, height: number, width: number): string => `${amount} of ${width}×${height}`,
    parameters: (amount: number): string => (amount === 0 ? '' : ` · ${count(amount, 'parameter')}`),
    choose: 'Steps of this layer',
    close: 'Close the layer',
    all: 'Maps of this layer',
    map: (position: number): string => `map ${position}`,
    unit: (position: number, name: string | null): string => name ?? `unit ${position}`,
    sharedScale: 'Same colours for the same numbers in all maps of a layer',
  },

  inspector: {
    of: (layer: string): string => `of ${layer}`,
    close: 'Close the map',
    map: 'Place in the map',
    where: (row: number, column: number): string => `row ${row}, column ${column}`,
    value: (where: string, value: number): string => `${where}: ${number(value)}`,
    steps: 'How this number comes about',
    play: 'Slide',
    pause: 'Pause',
    next: 'Next place',
    mapBefore: 'Previous map',
    mapAfter: 'Next map',
    hint: 'Drag on the map or use the arrow keys: the window follows.',
    open: (name: string): string => `Open ${name}`,
    from: (name: string, layer: string): string => `${name} of ${layer}`,
    colours: ['red', 'green', 'blue'],
    unknown: (kind: string, value: string): string =>
      `This page doesn’t know how to take a layer of the kind ${kind} apart. It gives ${value}.`,
  },

  steps: {
    titles: {
      'weighted-sum': 'Weighted sum',
      maximum: 'Largest',
      mean: 'Mean',
      normalisation: 'Normalisation',
      activation: 'Activation',
      scaling: 'Scaling',
      addition: 'Sum',
      copy: 'Passed on',
      softmax: 'Softmax',
      pixel: 'Pixel',
    } satisfies Record<Step['kind'], string>,
    window: 'window',
    kernel: 'kernel',
    products: 'products',
    sum: 'sum',
    bias: 'bias',
    input: 'from',
    value: 'value',
    weight: 'weight',
    product: 'product',
    mean: 'mean in training',
    variance: 'variance in training',
    deviation: 'deviation in training',
    gamma: 'learned scale',
    beta: 'learned shift',
    class: 'class',
    logit: 'score',
    exponential: 'exponential',
    share: 'share',
    show: 'Show',
    strongestHere: 'Show what counts most here',
    others: (amount: number): string => `${whole.format(amount)} other${amount === 1 ? '' : 's'}`,
    all: (amount: number): string => `The largest of ${count(amount, 'product')}`,
    allAt: (row: number, column: number): string => `All maps before, at row ${row}, column ${column}`,
    largestOf: (amount: number): string => `the largest of ${amount} =`,
    meanOf: (amount: number, sum: string): string => `${sum} ÷ ${amount} =`,
    normalisation: ({ input, mean, variance, epsilon, gamma, beta }: StepOf<'normalisation'>): string =>
      `${number(input)} minus the mean ${number(mean)}, over the square root of the variance ${number(variance)} plus ${epsilon}, times ${number(gamma)}, plus ${number(beta)}`,
    normalisationHint: 'Mean and variance were measured in training; scale and shift were learned.',
    pixel: ({ pixel, mean, deviation }: StepOf<'pixel'>): string =>
      `${number(pixel)} minus the mean ${number(mean)}, over the deviation ${number(deviation)}`,
    pixelHint: 'The pixel from 0 to 1, less the mean of this colour in training, over its deviation.',
    softmaxHint: 'The largest score is taken off first, which changes no share.',
    activation: (name: string): string =>
      name === 'relu' ? 'What is below zero becomes zero.' : 'The curve is the same for every number.',
    copy: (className: string): string =>
      className === 'Dropout' ? 'Dropout acts in training alone.' : 'The same number, at another place.',
  },

  why: {
    picture: (name: string, label: string | null): string =>
      `What the network sees: ${name || 'an empty sheet'}${labelled(label)}. Edit it under “Look”.`,
    network: 'Explain the answer of',
    classes: 'Explain the class',
    followAnswer: 'Back to the network’s answer',

    occlusion: {
      title: 'Cover parts of it',
      about:
        'A grey square hides part of the picture. Where the probability falls (orange), the network has lost something that spoke for the class; where it rises (blue), something that spoke against it. The square is itself something that the network never saw in training, and two parts that stand in for each other can both look unimportant.',
      label: 'Grey square over the picture; arrow keys move it',
      drag: 'Drag over the picture, or use the arrow keys.',
      map: (name: string, strongest: number): string =>
        `How far the probability of ${name} falls with the square there. Full colour stands for ${whole.format(strongest * 100)} percentage points.`,
      spoken: (where: string, name: string, share: number | null): string =>
        share === null ? where : `${where}: ${name} ${percent(share)}`,
      now: (name: string, share: number): string => `now it says ${name}, ${percent(share)}`,
      size: 'Size of the square',
      sizes: ['Small', 'Medium', 'Large'],
      sweep: 'Measure everywhere',
      stop: 'Stop',
      measured: (done: number, total: number): string => `${done} of ${total} places measured`,
    },

    saliency: {
      title: 'Saliency',
      about:
        'How much the class’s score would change if a pixel changed a little: the gradient, in size. It shows what the network is sensitive to, not what it needs: a pixel can matter and yet have no slope, and the maps of untrained networks look much alike.',
      map: (name: string): string => `Where the score of ${name} reacts most.`,
      lit: 'The picture, lit there.',
      none: '',
    },

    activation: {
      title: 'Class activation',
      about:
        'The last feature maps, each times the weight that the classifier gives it for the class. Their mean is the class’s score, so the map says where the score comes from. It is coarse: a place of the map has seen much of the picture around it.',
      map: (name: string): string => `Where the score of ${name} comes from; blue speaks against it.`,
      lit: 'The picture, lit there.',
      none: 'This network has no such map. It needs one weight for each feature map, and so a global average pooling right before the classifier. Here dense layers come after the maps, and they mix all places.',
    },

    nearest: {
      title: 'The nearest pictures',
      about:
        'Test pictures whose features, the numbers that the classifier is given, differ least from those of this picture, with their labels and distances. If they are of another class than the answer, the classifier draws its line between pictures that look alike to the network. Near in features is not near to the eye, and a distance means nothing in another network.',
      choose: (position: number): string => `Test image ${position}: look at it`,
      among: (done: number, total: number): string =>
        done < total
          ? `Among the first ${done} of ${total} test pictures so far.`
          : `Among ${count(total, 'test picture')}.`,
      none: 'This page holds no test pictures to compare with.',
    },

    search: {
      title: 'What the class looks like to the network',
      about:
        'It starts with noise and changes the pixels, step by step, so that the score of the class grows. What comes out is what this network rewards: textures and parts, often many of them at once. It is no memory of a training picture, and another seed finds another one.',
      start: (name: string, again: boolean): string =>
        `${again ? 'Start again for' : 'Optimise for'} ${name}`,
      stop: 'Stop',
      seed: 'Seed',
      blank: 'Not started.',
      state: (steps: number, name: string, share: number): string =>
        `${count(steps, 'step')}: ${name}, ${percent(share)}`,
    },
  },

  train: {
    title: 'Train a network in this page',
    intro: (training: number, heldOut: number): string =>
      `It learns from ${whole.format(training)} training pictures, in batches. It is measured on ${whole.format(heldOut)} test pictures, from which it never learns.`,
    loading: 'Loading the pictures …',
    none: 'This page holds no pictures to train on.',
    network: 'Network',
    seed: 'Seed',
    play: 'Train',
    pause: 'Pause',
    step: 'One step',
    restart: 'Start again',
    settings: 'Settings, also while it trains',
    optimizer: 'Optimizer',
    optimizers: { sgd: 'SGD', momentum: 'SGD with momentum', rmsprop: 'RMSProp', adam: 'Adam' },
    learningRate: 'Learning rate',
    batchSize: 'Batch size',
    progress: (step: number, epoch: number): string =>
      `Step ${whole.format(step)}, epoch ${two.format(epoch)}`,
    speed: (pictures: number): string => `${whole.format(pictures)} pictures a second`,
    seriesOf: { training: 'training', heldOut: 'test' },
    loss: 'Loss',
    lossAbout: 'Cross-entropy. Guessing scores 2.30 with ten classes; lower is better.',
    accuracy: 'Accuracy',
    accuracyAbout: 'Share of the pictures that it names rightly. Guessing gets 10 % with ten classes.',
    steps: 'steps',
    changedAt: (step: number, change: string): string => `From step ${whole.format(step)}: ${change}.`,
    changes: {
      optimizer: (name: string): string => name,
      learningRate: (rate: number): string => `learning rate ${rate}`,
      batchSize: (size: number): string => `batches of ${size}`,
    },
    table: (title: string): string => `${title} as numbers`,
    columns: ['Step', 'Training', 'Test'],
    filters: 'Filters of the first layer',
    filtersAbout:
      'What each of them is looking for, in colours: grey is a weight of zero. At the start they are noise.',
    filter: (position: number): string => `filter ${position}`,
    maps: 'Their maps',
    mapsAbout: (label: string): string => `What they find in one test picture: ${label}.`,
    guess: (name: string, share: number): string => `It says ${name}, ${percent(share)}.`,
    look: 'Take it apart under “Look”',
    named: (title: string, step: number): string => `${title}, trained here for ${count(step, 'step')}`,
    diverged:
      'The loss is no longer a number: the steps were too large. Start again with a smaller learning rate.',
  },

  errors: {
    noFile: 'Nothing that was dropped is a file. Drop a picture as PNG, JPEG or WebP.',
    notAPicture: (name: string, type: string): string =>
      `${name} is of the type ${type}. Choose a PNG, JPEG, WebP, GIF, AVIF or BMP.`,
    emptyFile: (name: string): string => `${name} is empty. Choose another picture.`,
    brokenPicture: (name: string): string =>
      `${name} can’t be read as a picture: the file is damaged, or holds something else. Try another one.`,
    camera: (reason: string): string =>
      reason === 'NotAllowedError'
        ? 'The camera may not be used. Allow it in the browser’s settings for this page, or open a picture.'
        : reason === 'NotFoundError'
          ? 'There is no camera here. Open a picture instead.'
          : 'The camera doesn’t start. Another program may be using it.',
  },
} as const;

'use strict';
/**
 * The map of `lib`: its rooms, floor by floor. A room may use the floors below its own, never one above it and never
 * its neighbours. `npm run lint` holds every import, of types too, against this list.
 */
const floors = [
  ['report', 'export', 'play'], //              what is stored, as one page; executed notebooks with still pictures; the playground
  ['notebooks', 'bench', 'events'], //          batch runs; the contenders of the benchmark; event files for TensorBoard
  ['show'], //                                  figures, tables, diagrams, progress
  ['study', 'exchange'], //                     sweeps of one setting, seeds compared; networks for Keras and others, and back
  ['lessons', 'published'], //                  profiles and runs, as only the notebooks use them; committed results
  ['train', 'inspect'], //                      the training loop and its engines; what is inside a network
  ['evaluate', 'cluster'], //                   a network measured on images; runs on other machines
  ['runs', 'graph'], //                         a run's folder; a model compiled into one TensorFlow graph
  ['data', 'models', 'recipe', 'kernel'], //    images; networks; what can be chosen about training; the Jupyter kernel
  ['runtime'], //                               TensorFlow, its environment, paths, errors
];

/** @param {string[]} rooms */
const within = (rooms) => `^lib/(${rooms.join('|')})/`;

const upwards = floors.flatMap((floor, height) =>
  floor.map((room) => {
    const neighbours = floor.filter((other) => other !== room);
    return {
      name: `${room}-stays-on-its-floor`,
      severity: 'error',
      comment: `lib/${room} may use only the floors below its own.`,
      from: { path: within([room]) },
      to: { path: within([...floors.slice(0, height).flat(), ...neighbours]) },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'every-room-has-a-floor',
      severity: 'error',
      comment: 'A new folder of lib needs a place in the map: .dependency-cruiser.cjs.',
      from: { path: '^lib/[^/]+/', pathNot: within(floors.flat()) },
      to: {},
    },
    {
      name: 'every-room-used-has-a-floor',
      severity: 'error',
      comment: 'A new folder of lib needs a place in the map: .dependency-cruiser.cjs.',
      from: {},
      to: { path: '^lib/[^/]+/', pathNot: within(floors.flat()) },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Two files that need each other are one thing, or need a third.',
      from: { path: '^lib/' },
      to: { circular: true },
    },
    {
      name: 'lib-stands-alone',
      severity: 'error',
      comment: 'What lib needs is in lib; its index is for notebooks and scripts.',
      from: { path: '^lib/.+/' },
      to: { path: '^(scripts|test|notebooks)/|^lib/index\\.ts$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};

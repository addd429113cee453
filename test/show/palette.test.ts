import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appearances, ink, variants } from '../../lib/show/palette';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Red, green and blue as linear light, from `#rrggbb` (sRGB, IEC 61966-2-1). */
function linear(colour: string): Triple {
  const channel = (i: number): number => {
    const value = parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(0), channel(1), channel(2)];
}

/** Contrast ratio of WCAG 2.1. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = linear(colour);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function times(matrix: Matrix, [x, y, z]: Triple): Triple {
  const [a, b, c] = matrix.map((row) => row[0] * x + row[1] * y + row[2] * z);
  return [a, b, c];
}

/** OKLab (Ottosson 2020). */
function oklab(light: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    light.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Triple,
  );
}

/** Machado, Oliveira & Fernandes (2009), full severity. */
const eyes: Readonly<Record<string, Matrix>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const backgrounds = ['#ffffff', '#111111'];

test('lines stand out from light and dark pages, text more so', () => {
  for (const background of backgrounds) {
    for (const [network, { colour }] of Object.entries(appearances)) {
      const ratio = contrast(colour, background);
      assert.ok(ratio >= 3, `${network} on ${background}: ${ratio.toFixed(2)}`);
    }
    assert.ok(contrast(ink, background) >= 4.2, `text on ${background}`);
  }
});

test('any two networks can be told apart, by their sign and by every kind of eye', () => {
  const all = Object.entries(appearances);
  assert.equal(new Set(all.map(([, { symbol }]) => symbol)).size, all.length);
  for (const [eye, matrix] of Object.entries(eyes)) {
    all.forEach(([first, { colour }], i) => {
      for (const [second, other] of all.slice(i + 1)) {
        const [a, b] = [colour, other.colour].map((each) => oklab(times(matrix, linear(each))));
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        assert.ok(distance >= 0.11, `${first} and ${second}, ${eye}: ${distance.toFixed(3)}`);
      }
    });
  }
});

test('variants stand out as networks do, and can be told apart from these and from each other', () => {
  for (const { colour } of variants) {
    for (const background of backgrounds)
      assert.ok(contrast(colour, background) >= 3, `${colour} on ${background}`);
  }
  const all = [...Object.values(appearances), ...variants].map(({ colour }) => colour);
  for (const [eye, matrix] of Object.entries(eyes)) {
    variants.forEach(({ colour }) => {
      for (const other of all.filter((each) => each !== colour)) {
        const [a, b] = [colour, other].map((each) => oklab(times(matrix, linear(each))));
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        assert.ok(distance >= 0.05, `${colour} and ${other}, ${eye}: ${distance.toFixed(3)}`);
      }
    });
  }
});

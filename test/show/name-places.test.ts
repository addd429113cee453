import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namePlaces } from '../../lib/show/name-places';

const point = (name: string, x: number, y: number, reach = 0) => ({ name, x, y, reach });

test('names stand above, towards the middle, where nothing is in the way', () => {
  assert.deepEqual(namePlaces([point('low', 0.1, 0.1), point('high', 0.9, 0.9)]), ['top right', 'top left']);
});

test('a name goes where no other name, no point and no error bar is', () => {
  // Side by side at one height, the second one's name would run over the first.
  assert.deepEqual(
    namePlaces([point('AlexNet8, width 0.25', 0.6, 0.5), point('ResNet18, width 0.25', 0.85, 0.5)]),
    ['top left', 'bottom left'],
  );
  // A point close above takes the place; so does an error bar beside it that reaches both ways.
  assert.deepEqual(namePlaces([point('a', 0.2, 0.5), point('b', 0.23, 0.57)])[0], 'bottom right');
  assert.deepEqual(namePlaces([point('name', 0.4, 0.5), point('b', 0.47, 0.5, 0.4)])[0], 'top left');
});

test('a name does not stand out of the panel', () => {
  const far = point('b', 0.05, 0.5, 0.5);
  assert.match(namePlaces([point('a rather long name', 0.02, 0.5), far])[0], /right$/);
});

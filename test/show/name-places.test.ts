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

test('names that get in each other’s way in a wide window find places there, whatever a narrow one allows', () => {
  const points = [
    point('Baseline', 0.45, 0.55, 0.16),
    point('LeNet-5', 0.12, 0.12, 0.08),
    point('AlexNet8, width 0.25', 0.757, 0.937),
    point('VGG16, width 0.25', 0.885, 0.89),
    point('ResNet18, width 0.25', 0.798, 0.99),
    point('Inception10', 0.31, 0.945),
  ];
  const places = namePlaces(points);
  const [width, height, radius] = [1100, 270, 7];
  const boxes = points.map(({ name, x, y }, i) => {
    const [px, py, wide] = [x * width, (1 - y) * height, name.length * 6];
    const left = places[i].endsWith('right') ? px + radius : px - radius - wide;
    const top = places[i].startsWith('top') ? py - radius - 16 : py + radius;
    return { name, left, right: left + wide, top, bottom: top + 16 };
  });
  const markers = points.map(({ x, y }) => {
    const [px, py] = [x * width, (1 - y) * height];
    return { name: 'marker', left: px - radius, right: px + radius, top: py - radius, bottom: py + radius };
  });
  for (const [i, a] of boxes.entries()) {
    for (const b of [...boxes.slice(i + 1), ...markers]) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert.ok(apart, `${a.name} (${places[i]}) over ${b.name}`);
    }
  }
});

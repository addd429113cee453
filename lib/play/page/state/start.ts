/** Sets the page's state going. */
import { effect } from '@preact/signals';
import { texts } from '../texts';
import { keepLooking } from './looking';
import { followChoice, networks } from './networks';
import { choose, source } from './picture';
import { pictureSet, type PictureSet, testPictures } from './pictures';
import { followAddress } from './route';
import { keepValid } from './selection';

export function start(): void {
  followAddress();
  followChoice();
  keepLooking();
  for (const [place, network] of networks.entries()) {
    effect(() => {
      keepValid(place, network.value);
    });
  }
  void pictureSet('test').then(
    (set) => {
      testPictures.value = set;
      // The first picture, unless the reader has been faster.
      if (source.peek().name === '') choosePicture(set, 0);
    },
    () => {
      // A page may come without pictures: the sheet to draw on is there.
    },
  );
}

export function choosePicture({ pictures, labels, classNames }: PictureSet, index: number): void {
  choose({
    kind: 'test',
    name: texts.sources.test(index + 1),
    label: classNames[labels[index]],
    raster: pictures[index],
  });
}

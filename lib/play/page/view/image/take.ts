/** Pictures from outside: a file opened, dropped or pasted, the camera. */
import { startCamera, stopCamera } from '../../state/camera';
import { rasterOfFile } from '../../state/decode';
import { messageOf } from '../../state/errors';
import { choose } from '../../state/picture';
import { notice } from '../../state/tools';
import { texts } from '../../texts';

export async function takeFile(file: File | null | undefined): Promise<void> {
  if (!file) {
    notice.value = texts.errors.noFile;
    return;
  }
  await attempt(async () => {
    const raster = await rasterOfFile(file);
    stopCamera();
    choose({ kind: 'file', name: file.name, label: null, raster });
  });
}

export function takeCamera(): Promise<void> {
  return attempt(startCamera);
}

async function attempt(act: () => Promise<void>): Promise<void> {
  notice.value = null;
  try {
    await act();
  } catch (error) {
    notice.value = messageOf(error);
  }
}

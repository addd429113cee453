/** The whole page takes pictures that are dropped or pasted. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../../texts';
import { takeFile } from './take';

export function DropTarget(): JSX.Element {
  const isOver = useSignal(false);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) isOver.value = false;
    };
    const drop = (event: DragEvent): void => {
      isOver.value = false;
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      void takeFile(event.dataTransfer.files.item(0));
    };
    const paste = (event: ClipboardEvent): void => {
      const file = event.clipboardData?.files.item(0);
      if (file) void takeFile(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return (
    <div class="drop-target" hidden={!isOver.value}>
      <p>{texts.image.drop}</p>
    </div>
  );
}

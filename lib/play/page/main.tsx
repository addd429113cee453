/** The page's beginning: takes the packs, and shows the app. */
import './styles/page.css';
import { render } from 'preact';
import { packs } from './packs';
import { start } from './state/start';
import { App } from './view/app';
import { followTheme } from './view/parts/colours';

packs.receive();
followTheme();
start();
const root = document.getElementById('app');
if (!root) throw new Error('The page has no element with the id "app".');
root.replaceChildren();
render(<App />, root);
